import type Database from 'libsql'

export type Transactions = {
  /**
   * Runs `work` in one transaction; a nested call joins the outer one. When `work` throws, nothing of it is kept.
   * Tasks given to `afterCommit` run when the data is committed, and never when it is rolled back.
   */
  transaction<Result>(work: () => Result): Result
  /**
   * Runs `work` in one transaction with whatever else is asked for in the same turn of the event loop, because a commit
   * costs as much as several small changes. The answer comes after the commit. A `work` that throws undoes itself alone.
   */
  soon<Result>(work: () => Result): Promise<Result>
  /** Runs `task` after the commit of the current transaction, or at once outside of one. */
  afterCommit(task: () => void): void
  /** Runs `task` after the end of the current transaction, whatever comes of it, or at once outside of one. */
  afterEnd(task: () => void): void
  /** Runs `task` after every transaction, or part of one, that was rolled back. */
  onRollback(task: () => void): void
}

/** What waits for the end of the running transaction. */
type Pending = { afterCommit: (() => void)[]; afterEnd: (() => void)[] }

type Core = Omit<Transactions, 'soon'> & {
  /**
   * Runs `work` inside the running transaction; the answer settles its promise and is for after the commit.
   * @throws the error of `work` when it ended the whole transaction.
   */
  part<Result>(
    work: () => Result,
    resolve: (result: Result) => void,
    reject: (error: unknown) => void,
  ): () => void
}

const createCore = (database: Database.Database): Core => {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const startPart = database.prepare('SAVEPOINT part')
  const keepPart = database.prepare('RELEASE part')
  const rollbackTasks: (() => void)[] = []
  let pending: Pending | undefined
  const undone = (): void => {
    for (const task of rollbackTasks) task()
  }
  const outermost = <Result>(work: () => Result): Result => {
    // Prepared statements go on working after the close, on a connection that nobody would end.
    if (!database.open) throw new Error('the data file is closed')
    const tasks: Pending = { afterCommit: [], afterEnd: [] }
    // It fails when another process (a command) holds the file too long; then nothing is running.
    begin.run()
    pending = tasks
    try {
      const result = work()
      commit.run()
      return result
    } catch (error) {
      tasks.afterCommit.length = 0
      rollback(database)
      undone()
      throw error
    } finally {
      pending = undefined
      runAll([...tasks.afterCommit, ...tasks.afterEnd])
    }
  }
  return {
    transaction: (work) => (pending === undefined ? outermost(work) : work()),
    part: (work, resolve, reject) => {
      const tasks = pending?.afterCommit ?? []
      const kept = tasks.length
      startPart.run()
      try {
        const result = work()
        keepPart.run()
        return () => resolve(result)
      } catch (error) {
        // SQLite gives the whole transaction up on some errors (disk full).
        if (!database.inTransaction) throw error
        database.exec('ROLLBACK TO part; RELEASE part')
        undone()
        tasks.length = kept
        return () => reject(error)
      }
    },
    afterCommit: (task) => {
      if (pending === undefined) task()
      else pending.afterCommit.push(task)
    },
    afterEnd: (task) => {
      if (pending === undefined) task()
      else pending.afterEnd.push(task)
    },
    onRollback: (task) => void rollbackTasks.push(task),
  }
}

/** Gathers what is asked for until the loop has looked at everything that came in, and commits it at once. */
const createGroups = ({ transaction, part, afterCommit }: Core): Transactions['soon'] => {
  let waiting: { run: () => () => void; refuse: (error: unknown) => void }[] = []
  const commitAll = (): void => {
    const group = waiting
    waiting = []
    const state = { isCommitted: false }
    try {
      transaction(() => {
        const settled = group.map(({ run }) => run())
        afterCommit(() => {
          state.isCommitted = true
          runAll(settled)
        })
      })
    } catch (error) {
      // What is committed is not refused, whatever its telling throws.
      if (state.isCommitted) process.emitWarning(error instanceof Error ? error : String(error))
      else for (const { refuse } of group) refuse(error)
    }
  }
  return (work) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(commitAll)
      waiting.push({ run: () => part(work, resolve, reject), refuse: reject })
    })
}

/** The transactions of one connection. */
export const createTransactions = (database: Database.Database): Transactions => {
  const core = createCore(database)
  const { transaction, afterCommit, afterEnd, onRollback } = core
  return { transaction, soon: createGroups(core), afterCommit, afterEnd, onRollback }
}

/** Runs every task, also after one that throws. @throws the first error. */
const runAll = (tasks: readonly (() => void)[]): void => {
  const errors: unknown[] = []
  for (const task of tasks) {
    try {
      task()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

// SQLite rolls back by itself on some errors (disk full); a second ROLLBACK would hide the first error.
const rollback = (database: Database.Database): void => {
  // Of a closed file libsql 0.5 does not answer this question: it ends the process.
  if (database.open && database.inTransaction) database.exec('ROLLBACK')
}
