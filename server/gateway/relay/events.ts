import type { StreamFrame } from '../../../src/realtime/realtime'
import { notificationOf } from './notifications'

/** An event of the chat server and what hub clients get of it. */
export type RelayedEvent = {
  readonly frame: StreamFrame
  /** Written when somebody first wants it. @throws when the document cannot be written as JSON. */
  record(): string
}

/** Frames of other kinds, and of no kind that is known, are for the DDP client. */
const begin = '{"msg":"changed"'
const keptCount = 4
const longestKept = 64 * 1024

export type EventReader = {
  /** @returns undefined for every other frame than a well-formed event. */
  read(text: string): RelayedEvent | undefined
}

/**
 * Reads events for all users of a gateway. A message reaches everybody in its room as the same text at nearly the same
 * time: it is parsed and written once. Only texts that are equal to the last letter share anything, so nobody ever gets
 * more than what came over his own connection.
 */
export function createEventReader(): EventReader {
  const recent: { text: string; event: RelayedEvent }[] = []
  return {
    read(text) {
      const known = recent.find((one) => one.text === text)
      if (known) return known.event
      const frame = text.startsWith(begin) ? frameOf(text) : undefined
      if (!frame) return undefined
      const event = relayedEvent(frame)
      if (text.length <= longestKept) recent.unshift({ text, event })
      if (recent.length > keptCount) recent.pop()
      return event
    },
  }
}

export function relayedEvent(frame: StreamFrame): RelayedEvent {
  let written: string | undefined
  return { frame, record: () => (written ??= notificationOf(frame)) }
}

function frameOf(text: string): StreamFrame | undefined {
  const { collection, fields } = recordOf(parsed(text))
  const { eventName, args } = recordOf(fields)
  const isEvent =
    typeof collection === 'string' && typeof eventName === 'string' && Array.isArray(args)
  return isEvent ? { collection, eventName, args } : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
