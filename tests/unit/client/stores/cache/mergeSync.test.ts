import type { Message } from '../../../../../src/rocketchat/types'
import { fromPage, mergeSync } from '../../../../../src/stores/cache/mergeSync'

function message(id: string, sentAt: number, fields: Partial<Message> = {}): Message {
  return {
    ...{ id, roomId: 'team', author: { id: 'bob', username: 'bob', name: 'Bob' }, text: id },
    ...{ sentAt, updatedAt: sentAt, system: '', editedAt: 0, threadId: '', isShownInRoom: false },
    ...{ mentions: [], isGroupable: true, fileName: '', role: '' },
    ...fields,
  }
}

const kept = {
  messages: [message('b', 20), message('c', 30), message('d', 40)],
  hasOldest: false,
  syncedUntil: 40,
}
const sync = (updated: Message[], removedIds: string[] = []) => ({
  ...{ updated, removedIds, isComplete: true },
})
const ids = (room: { messages: readonly Message[] }) => room.messages.map(({ id }) => id)

describe('a kept room and what has changed', () => {
  test('new ones come in their order, deleted ones go', () => {
    const next = mergeSync(kept, sync([message('f', 60), message('e', 50)], ['c', 'unknown']), 60)
    expect([ids(next), next.syncedUntil]).toEqual([['b', 'd', 'e', 'f'], 60])
  })

  test('of two copies the newer one stays, whichever came last', () => {
    const old = mergeSync(kept, sync([message('c', 30, { updatedAt: 29, text: 'old' })]), 50)
    expect(old.messages[1]?.text).toBe('c')
    const edited = mergeSync(kept, sync([message('c', 30, { updatedAt: 31, text: 'new' })]), 50)
    expect(edited.messages[1]?.text).toBe('new')
  })

  test('an edit of what lies before the run makes no hole in it', () => {
    const edited = message('a', 10, { updatedAt: 50 })
    expect(ids(mergeSync(kept, sync([edited]), 50))).toEqual(['b', 'c', 'd'])
    const whole = { ...kept, hasOldest: true }
    expect(ids(mergeSync(whole, sync([edited]), 50))).toEqual(['a', 'b', 'c', 'd'])
  })

  test('replies that only their thread shows are left out, others are not', () => {
    const hidden = message('e', 50, { threadId: 'b' })
    const shown = message('f', 60, { threadId: 'b', isShownInRoom: true })
    expect(ids(mergeSync(kept, sync([hidden, shown]), 60))).toEqual(['b', 'c', 'd', 'f'])
  })

  test('one that is changed and deleted is deleted', () => {
    expect(ids(mergeSync(kept, sync([message('e', 50)], ['e']), 60))).toEqual(['b', 'c', 'd'])
  })

  test('the watermark never goes back, and the kept room is not touched', () => {
    const before = structuredClone(kept)
    expect(mergeSync(kept, sync([], ['b', 'c', 'd']), 10)).toEqual({
      ...{ messages: [], hasOldest: false, syncedUntil: 40 },
    })
    expect(kept).toEqual(before)
  })
})

test('a page begins a room anew', () => {
  expect(fromPage({ messages: [message('z', 90)], hasOldest: true }, 95)).toEqual({
    ...{ messages: [message('z', 90)], hasOldest: true, syncedUntil: 95 },
  })
})
