import type { Row } from '../../timeline/types'

/**
 * What the template of a chunk reads of one row. As few values as possible: each one travels in a mini-program's setData
 * with every new message (budget: 300 bytes).
 */
export type RowView = {
  key: string
  /** Classes of the row: kind, side, group head, send state. */
  cls: string
  /** Element id of the bubble; taps on it are told by this id. */
  domId: string
  day: string
  isFirstUnread: boolean
  isSystem: boolean
  /** Drawn with avatar and name: the first of somebody else's group. */
  hasAuthor: boolean
  name: string
  initials: string
  avatarCls: string
  text: string
  /** Time, and whether it was edited; or that it was not sent. */
  meta: string
}

/** Words of the interface that stand in a row; rows are made anew when the language changes. */
export type RowTexts = { edited: string; failed: string }

/** Element ids of bubbles start with this. */
export const bubbleIdPrefix = 'm-'

const views = new WeakMap<Row, RowView>()

/** The view of a row; the same object for the same row, so that unchanged rows are not drawn again. */
export function toRowView(row: Row, texts: RowTexts): RowView {
  const known = views.get(row)
  if (known) return known
  const view = createView(row, texts)
  views.set(row, view)
  return view
}

function createView(row: Row, texts: RowTexts): RowView {
  const hasAuthor = row.kind === 'message' && row.isHead && !row.isOwn
  return {
    key: row.id,
    cls: classesOf(row),
    domId: bubbleIdPrefix + row.id,
    day: row.day,
    isFirstUnread: row.isFirstUnread,
    isSystem: row.kind === 'system',
    hasAuthor,
    name: hasAuthor ? row.name : '',
    initials: hasAuthor ? row.initials : '',
    avatarCls: hasAuthor ? `avatar c${row.color}` : '',
    text: row.text,
    meta: metaOf(row, texts),
  }
}

function metaOf({ isEdited, state, time }: Row, { edited, failed }: RowTexts): string {
  if (state === 'failed') return failed
  return isEdited ? `${edited} ${time}` : time
}

function classesOf({ kind, isOwn, isHead, isQuoting, state, isTarget }: Row): string {
  const side = isOwn ? 'own' : 'other'
  const marks = [
    isHead ? ' head' : '',
    isQuoting ? ' quoting' : '',
    state === '' ? '' : ` ${state}`,
    isTarget ? ' target' : '',
  ]
  return `row ${kind} ${side}${marks.join('')}`
}
