/** What the message list draws. Rows are flat, precomputed and never changed in place: an edit replaces the object. */

export type RowKind = 'message' | 'system' | 'gone'

export type SendState = '' | 'waiting' | 'sending' | 'failed'

export type Row = {
  id: string
  /** `gone` is a deleted message's tombstone: it draws nothing but keeps the indexes of a mounted chunk. */
  kind: RowKind
  isOwn: boolean
  /** Day separator above the row, `''` for none. */
  day: string
  /** The "new messages" line above the row. */
  isFirstUnread: boolean
  /** First of a group by the same author: shows avatar and name. */
  isHead: boolean
  name: string
  initials: string
  /** Index into the avatar palette, 0..11. */
  color: number
  text: string
  /** HH:mm in the viewer's time zone. */
  time: string
  isEdited: boolean
  state: SendState
}

/** At most this many rows are drawn by one component (design, decision 5). */
export const CHUNK_SIZE = 20
