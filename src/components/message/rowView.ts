import type { Row } from '../../timeline/types'
import { leadsToMessage, splitLinks } from './textLinks'

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
  /** Up to the first web address in it. */
  text: string
  links: readonly LinkView[]
  /** Time, and whether it was edited; or that it was not sent. */
  meta: string
}

/** A web address in a message. */
export type LinkView = {
  /** Element id; taps on it are told by this id. */
  domId: string
  url: string
  /** Where a browser goes by itself; undefined for the address of a message, to which the list goes. */
  href: string | undefined
  /** The text behind it, up to the next one. */
  after: string
}

/** Words of the interface that stand in a row; rows are made anew when the language changes. */
export type RowTexts = { edited: string; failed: string; editFailed: string }

/** Element ids of bubbles start with this. */
export const bubbleIdPrefix = 'm-'

/** The message that an element id of a bubble or of a link names, and which of its links. */
export function parseDomId(
  id: string,
): { messageId: string; link: number | undefined } | undefined {
  if (id.startsWith(bubbleIdPrefix)) {
    return { messageId: id.slice(bubbleIdPrefix.length), link: undefined }
  }
  const [, link, messageId] = /^l(\d+)-(.+)$/.exec(id) ?? []
  return messageId === undefined ? undefined : { messageId, link: Number(link) }
}

/** The most elements that a row has as a rule: itself, avatar, name, bubble, text and time. */
const rowElements = 6
/** With so many more in each of six chunks of 20 rows, a page stays within 800 elements (design, section 5). */
const spareElements = 5

const views = new WeakMap<Row, RowView>()
const plainViews = new WeakMap<RowView, RowView>()

/**
 * The views of a chunk's rows. Links are elements of their own as long as the chunk has room for them; where nearly every row
 * has an author and a link the rest of the links stays plain text. What is added at the end changes nothing before it.
 */
export function toRowViews(rows: readonly Row[], texts: RowTexts): RowView[] {
  let spare = spareElements
  return rows.map((row) => {
    const view = toRowView(row, texts)
    spare += rowElements - elementsOf(view)
    if (view.links.length > Math.max(0, spare)) return withoutLinks(view)
    spare -= view.links.length
    return view
  })
}

/** Without its links. */
function elementsOf({ day, isFirstUnread, hasAuthor, isSystem, meta }: RowView): number {
  const body = isSystem ? 1 : meta === '' ? 0 : 3
  return 1 + (day === '' ? 0 : 1) + (isFirstUnread ? 1 : 0) + (hasAuthor ? 2 : 0) + body
}

function withoutLinks(view: RowView): RowView {
  const known = plainViews.get(view)
  if (known) return known
  const rest = view.links.map(({ url, after }) => url + after).join('')
  const plain = { ...view, text: view.text + rest, links: [] }
  plainViews.set(view, plain)
  return plain
}

/** The view of a row; the same object for the same row, so that unchanged rows are not drawn again. */
function toRowView(row: Row, texts: RowTexts): RowView {
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
    ...textOf(row),
    meta: metaOf(row, texts),
  }
}

function textOf({ id, kind, text }: Row): Pick<RowView, 'text' | 'links'> {
  if (kind !== 'message') return { text, links: [] }
  const { before, links } = splitLinks(text)
  const viewOf = ({ url, after }: (typeof links)[number], index: number): LinkView => ({
    domId: `l${index}-${id}`,
    url,
    href: leadsToMessage(url) ? undefined : url,
    after,
  })
  return { text: before, links: links.map(viewOf) }
}

function metaOf({ isEdited, state, time }: Row, texts: RowTexts): string {
  const { edited, failed, editFailed } = texts
  if (state === 'failed') return isEdited ? editFailed : failed
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
