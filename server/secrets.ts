import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode, StartError } from './errors'

const minimumSecretLength = 32

/**
 * A secret that is made on first use and kept in `<dataDir>/secrets/<name>`, readable by its owner only.
 *
 * @returns 32 random bytes in hex, the same on every start.
 * @throws {StartError} when the file is damaged: a new secret would silently sign everybody out.
 */
export function readOrCreateSecret(dataDir: string, name: string): string {
  const folder = join(dataDir, 'secrets')
  const file = join(folder, name)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const existing = readIfThere(file)
  if (existing === undefined) return createSecret(folder, file)
  if (existing.length < minimumSecretLength) {
    throw new StartError(
      `The secret in ${file} is damaged; restore it, or remove the file to get a new one.`,
    )
  }
  chmodSync(file, 0o600)
  return existing
}

function createSecret(folder: string, file: string): string {
  const secret = randomBytes(32).toString('hex')
  const draft = join(folder, `.${randomBytes(6).toString('hex')}`)
  writeFileSync(draft, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  try {
    // A link never replaces an existing file: two processes that start together agree on one secret.
    linkSync(draft, file)
    return secret
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
    return readFileSync(file, 'utf8').trim()
  } finally {
    rmSync(draft, { force: true })
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
