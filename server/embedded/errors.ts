/** Errors that a caller is meant to see; everything else becomes "Internal server error". */

/** A refusal with a stable code, like Meteor's (protocol reference 1.5 and 3.2). */
export class MeteorError extends Error {
  readonly code: string | number
  readonly reason: string | undefined
  readonly details: Record<string, unknown> | undefined

  constructor(code: string | number, reason?: string, details?: Record<string, unknown>) {
    super(reason === undefined ? `[${code}]` : `${reason} [${code}]`)
    this.code = code
    this.reason = reason
    this.details = details
  }
}

/** What who may not call a method is told; `method` is Meteor's name of it (protocol reference 1.5). */
export const notAllowed = (method: string): MeteorError =>
  new MeteorError('error-not-allowed', 'Not allowed', { method })

/** A refusal that has a text and no code; REST answers `{success: false, error: text}`. */
export class TextError extends Error {
  readonly status: number

  constructor(text: string, status = 400) {
    super(text)
    this.status = status
  }
}

/** The REST answer for missing or dead credentials (protocol reference 3.2). */
export class NotLoggedIn extends Error {}

/** Why the embedded server could not start; `code` is Node's, for example `EADDRINUSE` or `EACCES`. */
export class StartError extends Error {
  readonly code: string

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** The error object of a DDP frame; unexpected errors show nothing of themselves. */
export const toDdpError = (error: unknown): Record<string, unknown> => {
  const shown = presentable(error)
  const frame: Record<string, unknown> = { isClientSafe: true, error: shown.code }
  if (shown.reason !== undefined) frame.reason = shown.reason
  if (shown.details !== undefined) frame.details = shown.details
  frame.message = shown.message
  frame.errorType = 'Meteor.Error'
  return frame
}

const noSpace = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT'])

/** Whether the disk is full: the data file's complaint, or the file system's. */
export const isDiskFull = (error: unknown): boolean => {
  const { code } = error instanceof Error ? (error as { code?: unknown }) : {}
  return typeof code === 'string' && noSpace.has(code)
}

/** What a caller hears when nothing can be stored. */
export const diskFull = (): MeteorError =>
  new MeteorError('error-disk-full', 'The server has no space left to store this')

const presentable = (error: unknown): MeteorError => {
  if (error instanceof MeteorError) return error
  if (isDiskFull(error)) return diskFull()
  if (error instanceof TextError) return new MeteorError(error.message)
  return new MeteorError(500, 'Internal server error')
}

/** Whether an error is one that the caller is meant to see. */
export const isExpected = (error: unknown): boolean =>
  error instanceof MeteorError || error instanceof TextError || error instanceof NotLoggedIn
