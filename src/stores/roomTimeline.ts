import { formatDay, formatTime } from '../locales/dates'
import type { Translate } from '../locales/translate'
import type { Clock } from '../platform/types'
import { isSystemLine } from '../rocketchat/systemMessages'
import type { ChatUser, Message } from '../rocketchat/types'
import { createTimeline } from '../timeline/timeline'
import type { Timeline } from '../timeline/types'
import { plainText } from './channel'
import type { OutboxEntry } from './outboxEntry'

export type RoomTimelineOptions = {
  self: ChatUser
  /** Taken before the room is marked as read; everything newer gets the "new messages" line. */
  lastSeenAt: number
  clock: Clock
  translate: () => Translate
}

/** The timeline of one room in the reader's language and time zone. */
export function createRoomTimeline(options: RoomTimelineOptions): Timeline {
  const { self, lastSeenAt, clock, translate } = options
  return createTimeline({
    selfId: self.id,
    lastSeenAt,
    labels: {
      day: (at) => formatDay(at, clock.now(), translate()),
      time: formatTime,
      system: (message) => systemText(message, translate()),
    },
  })
}

function systemText(message: Message, t: Translate): string | undefined {
  const isLine = isSystemLine(message.system) || message.system === 'rm'
  return isLine ? plainText(message, t) : undefined
}

/** An unsent message as the timeline shows it. */
export function toPendingMessage(entry: OutboxEntry, author: ChatUser): Message {
  const { id, roomId, text, createdAt } = entry
  return {
    id,
    roomId,
    author,
    text,
    sentAt: createdAt,
    updatedAt: 0,
    system: '',
    role: '',
    editedAt: 0,
    threadId: '',
    isShownInRoom: false,
    mentions: [],
    isGroupable: true,
    fileName: '',
  }
}
