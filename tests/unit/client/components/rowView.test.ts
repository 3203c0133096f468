import { bubbleIdPrefix, toRowView } from '../../../../src/components/message/rowView'
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

const texts = { edited: 'edited', failed: 'Not sent' }

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
  expect(toRowView(row({ isEdited: true }), texts).meta).toBe('edited 09:05')
})

test('the same row has the same view, so that it is not drawn again', () => {
  const one = row()
  expect(toRowView(one, texts)).toBe(toRowView(one, texts))
  expect(toRowView(row(), texts)).not.toBe(toRowView(one, texts))
})
