import {
  bubbleIdPrefix,
  parseDomId,
  toRowViews,
  type RowView,
} from '../../../../src/components/message/rowView'
import type { Row } from '../../../../src/timeline/types'

const row = (fields: Partial<Row> = {}): Row => ({
  ...{ id: 'i', kind: 'message', isOwn: false, day: '', isFirstUnread: false, isHead: true },
  ...{
    name: 'Bob',
    initials: 'B',
    color: 3,
    text: 'hi',
    isQuoting: false,
    time: '09:05',
    isEdited: false,
  },
  ...{ state: '' as const, isTarget: false },
  ...fields,
})

const texts = { edited: 'edited', failed: 'Not sent', editFailed: 'Change not sent' }

const toRowView = (one: Row, words: typeof texts): RowView => toRowViews([one], words)[0]!

test('the first message of somebody else carries its author', () => {
  expect(toRowView(row({ day: 'Today', isFirstUnread: true }), texts)).toEqual({
    key: 'i',
    cls: 'row message other head',
    domId: `${bubbleIdPrefix}i`,
    day: 'Today',
    isFirstUnread: true,
    isSystem: false,
    hasAuthor: true,
    name: 'Bob',
    initials: 'B',
    avatarCls: 'avatar c3',
    text: 'hi',
    links: [],
    meta: '09:05',
  })
})

test.each([
  ['a following message', { isHead: false }, 'row message other'],
  ['an own message', { isOwn: true }, 'row message own head'],
  ['a system line', { kind: 'system', isHead: false } as const, 'row system other'],
  ['a deleted message', { kind: 'gone', isHead: false } as const, 'row gone other'],
])('%s carries no author', (_case, fields, cls) => {
  const view = toRowView(row(fields), texts)
  expect([view.cls, view.hasAuthor, view.name, view.avatarCls]).toEqual([cls, false, '', ''])
})

test('states are classes, edits stand before the time', () => {
  const failed = toRowView(row({ isOwn: true, state: 'failed' }), texts)
  expect(failed.cls).toContain(' failed')
  expect(failed.meta).toBe('Not sent')
  const edit = toRowView(row({ isOwn: true, isEdited: true, state: 'failed' }), texts)
  expect(edit.meta).toBe('Change not sent')
  expect(toRowView(row({ isEdited: true }), texts).meta).toBe('edited 09:05')
})

test('the same row has the same view, so that it is not drawn again', () => {
  const one = row()
  expect(toRowView(one, texts)).toBe(toRowView(one, texts))
  expect(toRowView(row(), texts)).not.toBe(toRowView(one, texts))
})

describe('web addresses', () => {
  const linked = (id: string, fields: Partial<Row> = {}): Row =>
    row({ id, text: `see https://a.example/${id} now`, ...fields })

  /** All that is read of a row. */
  const wholeText = ({ text, links }: RowView): string =>
    text + links.map(({ url, after }) => url + after).join('')

  test('are cut out of the text, with an id that names the message', () => {
    const view = toRowView(linked('abc'), texts)
    expect(view.text).toBe('see ')
    const url = 'https://a.example/abc'
    expect(view.links).toEqual([{ domId: 'l0-abc', url, href: url, after: ' now' }])
  })

  test('of messages have nowhere for a browser to go', () => {
    const url = 'https://chat.example/channel/general?msg=x'
    const view = toRowView(row({ text: url }), texts)
    expect(view.links).toEqual([{ domId: 'l0-i', url, href: undefined, after: '' }])
  })

  test('stay plain in system lines', () => {
    const view = toRowView(linked('i', { kind: 'system' }), texts)
    expect([view.text, view.links]).toEqual(['see https://a.example/i now', []])
  })

  test('take no more elements than a chunk has room for, and no text is lost', () => {
    const rows = Array.from({ length: 20 }, (_, index) => linked(String(index)))
    const views = toRowViews(rows, texts)
    const links = views.flatMap((view) => view.links)
    expect(links.length).toBeGreaterThan(0)
    expect(20 * 6 + links.length).toBeLessThanOrEqual(125)
    expect(views.map(wholeText)).toEqual(rows.map(({ text }) => text))
  })

  test('are all drawn where messages follow each other', () => {
    const rows = Array.from({ length: 20 }, (_, index) =>
      linked(String(index), { isHead: index % 4 === 0 }),
    )
    expect(toRowViews(rows, texts).flatMap((view) => view.links)).toHaveLength(20)
  })

  test('of earlier rows stay as they are when rows are added', () => {
    const rows = Array.from({ length: 20 }, (_, index) => linked(String(index)))
    const whole = toRowViews(rows, texts)
    for (let count = 1; count <= 20; count += 1) {
      const part = toRowViews(rows.slice(0, count), texts)
      expect(part.map((view, index) => view === whole[index])).toEqual(part.map(() => true))
    }
  })
})

test.each([
  ['m-abc', { messageId: 'abc', link: undefined }],
  ['l12-abc', { messageId: 'abc', link: 12 }],
  ['l-abc', undefined],
  ['lx-abc', undefined],
  ['l1-', undefined],
  ['gap-3', undefined],
  ['', undefined],
])('an element id of %j names %j', (id, named) => {
  expect(parseDomId(id)).toEqual(named)
})
