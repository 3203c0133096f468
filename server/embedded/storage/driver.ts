// The shape of a row is known from the statement beside it; SQLite cannot tell it.
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters */
import Database from 'libsql'
import { createTransactions, type Transactions } from './transactions'

export type SqlValue = string | number | bigint | Buffer | null

/** The few things that the storage needs of an SQLite binding. */
export interface SqlDriver extends Transactions {
  exec(sql: string): void
  /** Runs a statement and answers how many rows it changed. */
  run(sql: string, ...values: SqlValue[]): number
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined
  all<Row>(sql: string, ...values: SqlValue[]): Row[]
  close(): void
}

// NORMAL keeps every commit over the death of the process (measured: kill -9 lost none); only a power cut can lose the last.
const pragmas = [
  'journal_mode = WAL',
  'synchronous = NORMAL',
  'cache_size = -65536',
  'busy_timeout = 5000',
  'foreign_keys = ON',
  'mmap_size = 268435456',
  // 32 MB: a checkpoint waits for the disk, and many changes hit the same pages again before it.
  'wal_autocheckpoint = 8000',
]

type Statement = Database.Statement<SqlValue[]>

/** Opens the data file. Errors are those of the binding, for example when the disk is full. */
export const openDatabase = (file: string): SqlDriver => {
  const database = new Database(file)
  for (const pragma of pragmas) database.pragma(pragma)
  const statements = new Map<string, Statement>()
  const prepare = (sql: string): Statement => {
    let statement = statements.get(sql)
    if (statement === undefined) {
      statement = database.prepare<SqlValue[]>(sql)
      statements.set(sql, statement)
    }
    return statement
  }
  return {
    exec: (sql) => void database.exec(sql),
    run: (sql, ...values) => prepare(sql).run(...values).changes,
    get: <Row>(sql: string, ...values: SqlValue[]) =>
      prepare(sql).get(...values) as Row | undefined,
    all: <Row>(sql: string, ...values: SqlValue[]) => prepare(sql).all(...values) as Row[],
    ...createTransactions(database),
    close: () => {
      statements.clear()
      database.close()
    },
  }
}
