import Database from 'libsql'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** A running server, or a command that changes everything, has the data folder. */
export class FolderInUse extends Error {
  readonly code = 'EBUSY'

  constructor(dataDir: string) {
    super(`another process uses the data folder ${dataDir}`)
  }
}

/**
 * Takes a data folder for this process alone. The lock is SQLite's on a file of its own: the operating system ends it
 * with the process, so that a killed server leaves nothing locked.
 * @returns what gives the folder back.
 * @throws FolderInUse when somebody has it.
 */
export const lockFolder = (dataDir: string): (() => void) => {
  mkdirSync(dataDir, { recursive: true })
  const database = new Database(join(dataDir, 'server.lock'))
  try {
    database.pragma('busy_timeout = 0')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    const { code } = error as { code?: unknown }
    throw typeof code === 'string' && code.startsWith('SQLITE_BUSY')
      ? new FolderInUse(dataDir)
      : error
  }
  return () => {
    // Closing alone gives the lock back only when the binding's memory is collected.
    database.exec('ROLLBACK')
    database.close()
  }
}
