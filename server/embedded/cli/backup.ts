import Database from 'libsql'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { migrations } from '../storage/migrations'
import type { Command, Given } from './command'
import { dataFileOf, lockForCommand, requireDataFile } from './openWorkspace'
import { UsageError } from './usageError'

const filesOf = (folder: string): string => join(folder, 'files')

const inMegabytes = (file: string): string => `${(statSync(file).size / 1024 / 1024).toFixed(1)} MB`

const copyFiles = (from: string, to: string): void => {
  if (!existsSync(filesOf(from))) return
  // What is still being uploaded is no file yet.
  const filter = (path: string): boolean => path !== join(filesOf(from), 'incoming')
  cpSync(filesOf(from), filesOf(to), { recursive: true, filter, preserveTimestamps: true })
}

const runBackup = (given: Given): void => {
  const target = resolve(given.positionals[0] ?? '')
  const source = requireDataFile(given.dataDir)
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new UsageError(`The folder ${target} is not empty; name a new one.`)
  }
  mkdirSync(target, { recursive: true, mode: 0o700 })
  const database = new Database(source)
  try {
    database.pragma('busy_timeout = 30000')
    // One read transaction: the copy is the state of one moment, whatever is written meanwhile.
    database.prepare('VACUUM INTO ?').run(dataFileOf(target))
    // The folder is its owner's alone, but the file may be copied out of it.
    chmodSync(dataFileOf(target), 0o600)
  } finally {
    database.close()
  }
  // Files never change, so what the copied data names is there unless somebody deletes it in this very moment.
  copyFiles(given.dataDir, target)
  given.print(`Backed up to ${target} (${inMegabytes(dataFileOf(target))} of data).`)
}

export const backupCommand: Command = {
  name: 'backup',
  usage: '<new folder>',
  summary: 'Copies data and files as they are at one moment; the server may run meanwhile.',
  options: {},
  positionals: 1,
  run: runBackup,
}

type Checked = { problem: string | undefined }

const inspect = (file: string): Checked => {
  const database = new Database(file)
  try {
    const [integrity] = database.prepare('PRAGMA integrity_check').all() as {
      integrity_check: string
    }[]
    if (integrity?.integrity_check !== 'ok') return { problem: 'is damaged' }
    if (database.prepare('PRAGMA foreign_key_check').all().length > 0) {
      return { problem: 'is damaged' }
    }
    const row = database.prepare('PRAGMA user_version').get() as { user_version: number }
    if (row.user_version > migrations.length) {
      return { problem: `was written by a newer version (schema ${row.user_version})` }
    }
    return { problem: row.user_version === 0 ? 'is no workspace' : undefined }
  } catch {
    return { problem: 'is no data file, or it is damaged' }
  } finally {
    database.close()
  }
}

const checkBackup = (folder: string): void => {
  const file = dataFileOf(folder)
  if (!existsSync(file)) throw new UsageError(`There is no backup in ${folder}.`)
  const { problem } = inspect(file)
  if (problem !== undefined) throw new UsageError(`The backup ${file} ${problem}.`)
}

/** Puts the new data in the place of the old, after everything of it lies on the same disk. */
const replaceData = (dataDir: string, staged: string): void => {
  const file = dataFileOf(dataDir)
  // Leftovers of the old data must never be read together with the new.
  for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
  renameSync(dataFileOf(staged), file)
  rmSync(filesOf(dataDir), { recursive: true, force: true })
  if (existsSync(filesOf(staged))) renameSync(filesOf(staged), filesOf(dataDir))
  rmSync(staged, { recursive: true, force: true })
}

const runRestore = (given: Given): void => {
  const source = resolve(given.positionals[0] ?? '')
  checkBackup(source)
  const unlock = lockForCommand(given.dataDir)
  try {
    if (existsSync(dataFileOf(given.dataDir)) && !given.values.has('force')) {
      throw new UsageError(
        `There is a workspace in ${given.dataDir} already; --force replaces it with the backup.`,
      )
    }
    const staged = join(given.dataDir, '.restore')
    rmSync(staged, { recursive: true, force: true })
    mkdirSync(staged, { recursive: true })
    cpSync(dataFileOf(source), dataFileOf(staged))
    chmodSync(dataFileOf(staged), 0o600)
    copyFiles(source, staged)
    replaceData(given.dataDir, staged)
  } finally {
    unlock()
  }
  given.print(`Restored ${source} to ${given.dataDir}.`)
}

export const restoreCommand: Command = {
  name: 'restore',
  usage: '<backup folder> [--force]',
  summary: 'Puts a backup in place, after checking it; --force replaces what is there.',
  options: { force: { type: 'boolean' } },
  positionals: 1,
  run: runRestore,
}

const runVacuum = (given: Given): void => {
  const file = requireDataFile(given.dataDir)
  const unlock = lockForCommand(given.dataDir)
  try {
    const database = new Database(file)
    let before: string
    try {
      // What a server that was killed left beside the file belongs to it.
      database.pragma('wal_checkpoint(TRUNCATE)')
      before = inMegabytes(file)
      database.exec("INSERT INTO message_words (message_words) VALUES ('optimize')")
      database.exec('VACUUM')
      database.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      database.close()
    }
    given.print(`${file}: ${before} before, ${inMegabytes(file)} now.`)
  } finally {
    unlock()
  }
}

export const vacuumCommand: Command = {
  name: 'vacuum',
  usage: '',
  summary: 'Gives the space of deleted data back to the disk.',
  options: {},
  positionals: 0,
  run: runVacuum,
}
