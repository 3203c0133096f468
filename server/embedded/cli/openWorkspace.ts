import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger, type App } from '../app'
import { systemClock } from '../clock'
import { createApp } from '../createApp'
import { seedWorkspace } from '../seed'
import { FolderInUse, lockFolder } from '../storage/folderLock'
import { openStore } from '../storage/store'
import { UsageError } from './usageError'

/** The data file of a folder. */
export const dataFileOf = (dataDir: string): string => join(dataDir, 'rocketchat.db')

/** @throws UsageError when there is no data file. */
export const requireDataFile = (dataDir: string): string => {
  const file = dataFileOf(dataDir)
  if (!existsSync(file)) {
    throw new UsageError(`There is no workspace in ${dataDir}; set DATA_DIR to its folder.`)
  }
  return file
}

/**
 * Takes the folder as a server would.
 * @returns what gives it back.
 * @throws UsageError while a server has it open.
 */
export const lockForCommand = (dataDir: string): (() => void) => {
  try {
    return lockFolder(dataDir)
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error
    throw new UsageError(`A server has the data folder ${dataDir} open; stop it first.`)
  }
}

/**
 * Opens a workspace for a command that changes it, made when it is not there yet, and closes it afterwards.
 * @throws UsageError while a server has the folder open.
 */
export const withWorkspace = async (
  dataDir: string,
  work: (app: App) => Promise<void> | void,
): Promise<void> => {
  const unlock = lockForCommand(dataDir)
  try {
    const store = openStore(dataDir, systemClock)
    try {
      const parts = { store, clock: systemClock, logger: silentLogger }
      const app = createApp({ ...parts, createTokenSecret: undefined })
      seedWorkspace(app)
      await work(app)
    } finally {
      store.close()
    }
  } finally {
    unlock()
  }
}
