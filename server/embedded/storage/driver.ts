// The shape of a row is known from the statement beside it; SQLite cannot tell it.
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters */
import Database from 'libsql'

export type SqlValue = string | number | bigint | Buffer | null

/** The few things that the storage needs of an SQLite binding. */
export interface SqlDriver {
  exec(sql: string): void
  /** Runs a statement and answers how many rows it changed. */
  run(sql: string, ...values: SqlValue[]): number
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined
  all<Row>(sql: string, ...values: SqlValue[]): Row[]
  /**
   * Runs `work` in one transaction; a nested call joins the outer one. When `work` throws, nothing of it is kept.
   * Tasks given to `afterCommit` run when the data is committed, and never when it is rolled back.
   */
  transaction<Result>(work: () => Result): Result
  /** Runs `task` after the commit of the current transaction, or at once outside of one. */
  afterCommit(task: () => void): void
  /** Runs `task` after every transaction that was rolled back. */
  onRollback(task: () => void): void
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

const createTransactions = (
  database: Database.Database,
): Pick<SqlDriver, 'transaction' | 'afterCommit' | 'onRollback'> => {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollbackTasks: (() => void)[] = []
  let pending: (() => void)[] | undefined
  const outermost = <Result>(work: () => Result): Result => {
    // Prepared statements go on working after the close, on a connection that nobody would end.
    if (!database.open) throw new Error('the data file is closed')
    const tasks: (() => void)[] = []
    pending = tasks
    let result: Result
    begin.run()
    try {
      result = work()
      commit.run()
    } catch (error) {
      rollback(database)
      for (const task of rollbackTasks) task()
      throw error
    } finally {
      pending = undefined
    }
    for (const task of tasks) task()
    return result
  }
  return {
    transaction: (work) => (pending === undefined ? outermost(work) : work()),
    afterCommit: (task) => {
      if (pending === undefined) task()
      else pending.push(task)
    },
    onRollback: (task) => void rollbackTasks.push(task),
  }
}

// SQLite rolls back by itself on some errors (disk full); a second ROLLBACK would hide the first error.
const rollback = (database: Database.Database): void => {
  // Of a closed file libsql 0.5 does not answer this question: it ends the process.
  if (database.open && database.inTransaction) database.exec('ROLLBACK')
}
