/** A message on its way. */
export type OutboxEntry = {
  /** Made here, 17 characters; every attempt uses the same, so the server never stores it twice. */
  id: string
  roomId: string
  text: string
  /** When it was written, by this device's clock. */
  createdAt: number
  state: 'waiting' | 'sending' | 'failed'
  /** True after an attempt whose end is unknown: whether it arrived is asked before the next one. */
  isUnclear: boolean
  /** Why it failed: the server's code and text; empty otherwise. */
  code: string
  reason: string
}

/** Reads one stored entry; undefined when it is not one. What was being sent when the app ended is unclear. */
export function readOutboxEntry(value: unknown): OutboxEntry | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { id, roomId, text, createdAt, state, isUnclear, code, reason } =
    value as Partial<OutboxEntry>
  if (typeof id !== 'string' || typeof roomId !== 'string' || typeof text !== 'string')
    return undefined
  if (id === '' || roomId === '' || typeof createdAt !== 'number') return undefined
  return {
    id,
    roomId,
    text,
    createdAt,
    state: state === 'failed' ? 'failed' : 'waiting',
    isUnclear: isUnclear === true || state === 'sending',
    code: typeof code === 'string' ? code : '',
    reason: typeof reason === 'string' ? reason : '',
  }
}
