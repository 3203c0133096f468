import type { Message } from '../rocketchat/types'

/** What only the server can settle: messages that something other than the room's streams and pages has told. */
export interface RoomDoubts {
  /** True while there is something to settle. */
  readonly isOpen: boolean
  /** The room's document names a message that is unknown here: it was missed, or is deleted already. */
  name(message: Message): void
  /** Messages that only an answer told, before the first page: they may be deleted by now. */
  noteAnswers(messages: readonly Message[]): void
  /** For a sync that is asked for now: since when it has to ask, and what to call when it is through. */
  ask(): { since: number; settle: () => void }
}

export function createRoomDoubts(isKnown: (messageId: string) => boolean): RoomDoubts {
  let named: Message | undefined
  let answeredSince = Infinity

  return {
    get isOpen() {
      if (named && isKnown(named.id)) named = undefined
      return named !== undefined || answeredSince < Infinity
    },
    name(message) {
      named ??= message
    },
    noteAnswers(messages) {
      answeredSince = Math.min(answeredSince, ...messages.map(({ updatedAt }) => updatedAt))
    },
    ask() {
      const asked = named
      return {
        since: Math.min(asked?.updatedAt ?? Infinity, answeredSince),
        settle() {
          if (named === asked) named = undefined
          answeredSince = Infinity
        },
      }
    },
  }
}
