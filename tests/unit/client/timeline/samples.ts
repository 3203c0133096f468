import type { HistoryPage, Message } from '../../../../src/rocketchat/types'
import type { TimelineOptions } from '../../../../src/timeline/types'

export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE
/** 2026-05-18 00:00 UTC. */
export const START = 1_779_062_400_000

export const SELF = 'self'

/** The random runs ask for labels some million times, so each is made once. */
function labelled(name: string, unit: number): (at: number) => string {
  const known = new Map<number, string>()
  return (at) => {
    const number = Math.floor(at / unit)
    const label = known.get(number) ?? `${name} ${number}`
    known.set(number, label)
    return label
  }
}

export function makeOptions(lastSeenAt = Number.POSITIVE_INFINITY): TimelineOptions {
  return {
    selfId: SELF,
    lastSeenAt,
    labels: {
      day: labelled('day', DAY),
      time: labelled('minute', MINUTE),
      system: ({ system, text }) => {
        if (system === 'plain') return undefined
        return system === 'silent' ? '' : `${system} ${text}`
      },
    },
  }
}

/** A message of ann; `sentAt` is START plus so many milliseconds. */
export function makeMessage(id: string, at: number, fields: Partial<Message> = {}): Message {
  const sentAt = START + at
  return {
    id,
    roomId: 'room',
    author: { id: 'ann', username: 'ann', name: 'Ann' },
    text: `text of ${id}`,
    sentAt,
    updatedAt: sentAt,
    system: '',
    editedAt: 0,
    threadId: '',
    isShownInRoom: false,
    mentions: [],
    isGroupable: true,
    fileName: '',
    role: '',
    ...fields,
  }
}

export const own = { author: { id: SELF, username: 'me', name: 'Me' } }

export function page(messages: Message[], hasOldest = false): HistoryPage {
  return { messages, hasOldest }
}

/** Messages m<from> to m<to - 1>, one minute apart. */
export function series(from: number, to: number): Message[] {
  const messages: Message[] = []
  for (let i = from; i < to; i++) {
    messages.push(makeMessage(`m${String(i).padStart(6, '0')}`, i * MINUTE))
  }
  return messages
}

/** Deterministic numbers in [0, 1) from a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
