import type { Clock, KeyValueStorage } from '../platform/types'
import { createKeptByRoom } from './keptByRoom'

/** The change of a message that is not finished. */
export type EditDraft = {
  /** Of the message. */
  id: string
  /** The message as it was when the change began. */
  text: string
  /** What is in the field instead of it. */
  typed: string
}

/** What was typed and not sent, by room; it survives restarts, a full list is small. */
export interface Drafts {
  start(userId: string): void
  get(roomId: string): string
  set(roomId: string, text: string): void
  /** Adds a text that must not be lost below what the room has, on disk at once. */
  append(roomId: string, text: string): void
  /** Rooms that have one. */
  entries(): Iterable<[string, string]>
  /** The change of a message that was begun in a room; beside its draft, because both are typed in the same field. */
  edit(roomId: string): EditDraft | undefined
  setEdit(roomId: string, edit: EditDraft | undefined): void
  /** Writes to disk now what waits to be written. */
  save(): void
  stop(erase: boolean): void
}

export function createDrafts(storage: KeyValueStorage, clock: Clock): Drafts {
  const texts = createKeptByRoom({ storage, clock, name: 'drafts', read: readText })
  const edits = createKeptByRoom({ storage, clock, name: 'edits', read: readEdit })

  const set = (roomId: string, text: string): void =>
    texts.set(roomId, text === '' ? undefined : text)

  return {
    start(userId) {
      texts.start(userId)
      edits.start(userId)
    },
    get: (roomId) => texts.get(roomId) ?? '',
    set,
    append(roomId, text) {
      const known = texts.get(roomId)
      set(roomId, known === undefined ? text : `${known}\n${text}`)
      texts.save()
    },
    entries: texts.entries,
    edit: edits.get,
    setEdit: edits.set,
    save() {
      texts.save()
      edits.save()
    },
    stop(erase) {
      texts.stop(erase)
      edits.stop(erase)
    },
  }
}

const readText = (saved: unknown): string | undefined =>
  typeof saved === 'string' ? saved : undefined

function readEdit(saved: unknown): EditDraft | undefined {
  if (typeof saved !== 'object' || saved === null) return undefined
  const { id, text, typed } = saved as Partial<Record<string, unknown>>
  const isEdit = typeof id === 'string' && typeof text === 'string' && typeof typed === 'string'
  return isEdit ? { id, text, typed } : undefined
}
