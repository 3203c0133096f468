/**
 * A failure at start or in the configuration that the person who runs the server can act on. `message` is one whole
 * sentence; it is printed as it is, without a stack.
 */
export class StartError extends Error {
  override readonly name = 'StartError'
}

const diskSentences: Record<string, string> = {
  EACCES:
    'is not writable for this user; choose another folder with DATA_DIR or change its permissions.',
  EPERM:
    'is not writable for this user; choose another folder with DATA_DIR or change its permissions.',
  EROFS: 'is on a read-only file system; choose another folder with DATA_DIR.',
  ENOSPC: 'is on a disk that is full; free some space and start again.',
  EDQUOT: 'is on a disk whose quota is used up; free some space and start again.',
  ENOTDIR: 'lies below something that is not a folder; choose another folder with DATA_DIR.',
  EEXIST: 'exists but is not a folder; choose another folder with DATA_DIR.',
  EBUSY: 'is used by another server that runs; stop it or choose another folder with DATA_DIR.',
}

const sqliteCodes: [pattern: RegExp, code: string][] = [
  [/disk is full|SQLITE_FULL/i, 'ENOSPC'],
  [/readonly|SQLITE_READONLY/i, 'EROFS'],
  [/unable to open|SQLITE_CANTOPEN/i, 'EACCES'],
]

/** The `code` that Node puts on system errors ("EADDRINUSE"), or undefined. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** The message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Turns a failure to use the data folder into a sentence; anything else comes back unchanged. */
export function explainDataDirError(error: unknown, dataDir: string): unknown {
  if (error instanceof StartError) return error
  const message = errorMessage(error)
  const code = errorCode(error) ?? ''
  const known = diskSentences[code]
    ? code
    : sqliteCodes.find(([pattern]) => pattern.test(message))?.[1]
  const sentence = known === undefined ? undefined : diskSentences[known]
  return sentence === undefined ? error : new StartError(`The data folder ${dataDir} ${sentence}`)
}

/** Turns a failure to listen into a sentence that names the variable to change; anything else comes back unchanged. */
export function explainListenError(error: unknown, port: number, variable: string): unknown {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new StartError(
        `Port ${port} is already in use; stop the program that uses it or choose another one with ${variable}.`,
      )
    case 'EACCES':
      return new StartError(
        `This user may not listen on port ${port}; choose one above 1023 with ${variable}.`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError('HOST is not an address of this machine; use 0.0.0.0 or 127.0.0.1.')
    default:
      return error
  }
}
