import type { Message } from '../rocketchat/types'
import type { PruneRange } from '../timeline/types'
import type { createEditing } from './editing'
import type { OpenRoom } from './openRoom'
import type { OutboxEntry } from './outboxEntry'

export type RoomNewsOptions = {
  /** The open room; undefined while none is. */
  room: () => OpenRoom | undefined
  editing: Pick<ReturnType<typeof createEditing>, 'editing' | 'noteRemoved'>
  /** Something has changed that the screen shows. */
  mark: () => void
}

/**
 * What the feed and the outbox tell about messages, done to the open room and to the message that is being changed in it. News
 * of other rooms change nothing here.
 */
export interface RoomNews {
  /** @param source as `Timeline.upsert` */
  appendMessage(message: Message, source: 'feed' | 'answer'): void
  /** The room's document names its newest message: as `OpenRoom.noteNewest`. */
  noteNewest(message: Message): void
  /** Deleted, by whomever. */
  removeMessages(roomId: string, ids: readonly string[]): void
  pruneMessages(roomId: string, range: PruneRange): void
  /** A message of the outbox is new, or its state or text changed. */
  showPending(entry: OutboxEntry): void
  /** A message of the outbox will not be sent. */
  dropPending(entry: OutboxEntry): void
}

export function createRoomNews({ room, editing, mark }: RoomNewsOptions): RoomNews {
  /** Makes a change if it concerns the open room. */
  function change(roomId: string, apply: (opened: OpenRoom) => void): void {
    const opened = room()
    if (opened?.roomId !== roomId) return
    apply(opened)
    mark()
  }

  return {
    appendMessage(message, source) {
      change(message.roomId, (opened) => opened.upsert([message], source))
      // Deleted by this person and not yet by the server, or by one that leaves a note in its place.
      if (message.system === 'rm') editing.noteRemoved([message.id])
    },
    noteNewest: (message) => change(message.roomId, (opened) => opened.noteNewest(message)),
    removeMessages(roomId, ids) {
      change(roomId, ({ timeline }) => timeline.remove(ids))
      editing.noteRemoved(ids)
    },
    pruneMessages(roomId, range) {
      const edited = editing.editing.value?.id ?? ''
      change(roomId, ({ timeline }) => {
        const wasThere = timeline.get(edited) !== undefined
        timeline.prune(range)
        if (wasThere && timeline.get(edited) === undefined) editing.noteRemoved([edited])
      })
    },
    showPending(entry) {
      const opened = room()
      if (opened?.roomId === entry.roomId) opened.showPending(entry)
    },
    dropPending({ id, roomId }) {
      change(roomId, ({ timeline }) => timeline.dropPending(id))
      editing.noteRemoved([id])
    },
  }
}
