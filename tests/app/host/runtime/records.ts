import type { AppLogEntry, AppNetworkEntry, BridgeMeter } from '../types'

/** Everything a test may ask about afterwards. */
export type AppRecords = {
  errors: string[]
  log: AppLogEntry[]
  network: AppNetworkEntry[]
  answers: Record<string, unknown[]>
  meter: BridgeMeter
}

export function createRecords(answers: Record<string, unknown[]> = {}): AppRecords {
  return {
    errors: [],
    log: [],
    network: [],
    answers,
    meter: { calls: 0, size: 0, messages: 0 },
  }
}

export function nextAnswer(records: AppRecords, api: string, otherwise: unknown): unknown {
  const queue = records.answers[api]
  return queue && queue.length > 0 ? queue.shift() : otherwise
}

export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
