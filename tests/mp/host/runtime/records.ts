import type { LogEntry, NetworkEntry } from '../bundle'

/** Everything a test may ask about afterwards. */
export type Records = {
  errors: string[]
  warnings: string[]
  log: LogEntry[]
  network: NetworkEntry[]
  /** Queued answers of the user by api name, oldest first. */
  answers: Record<string, unknown[]>
}

export function createRecords(answers: Record<string, unknown[]> = {}): Records {
  return { errors: [], warnings: [], log: [], network: [], answers }
}

export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** The user's next queued answer, or what a user does who just confirms. */
export function nextAnswer(records: Records, api: string, otherwise: unknown): unknown {
  const queue = records.answers[api]
  return queue && queue.length > 0 ? queue.shift() : otherwise
}
