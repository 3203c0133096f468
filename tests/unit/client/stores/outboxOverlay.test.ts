import { newItem, type EditOperation, type QueueItem } from '../../../../src/stores/outboxEntry'
import { createOverlay } from '../../../../src/stores/outboxOverlay'
import { makeMessage, START } from '../timeline/samples'

function setUp() {
  const queue: QueueItem[] = []
  const overlay = createOverlay({
    queue: () => queue,
    username: () => 'ann',
    onBase: () => undefined,
  })
  return { queue, overlay }
}

function edit(text: string): EditOperation {
  const base = makeMessage('m1', 0)
  return { ...newItem('e1', base.roomId, START), messageId: 'm1', base, kind: 'edit', text }
}

test('a copy that is shown changed has a time between the server’s copy and its next', () => {
  const { queue, overlay } = setUp()
  queue.push(edit('changed'))
  const server = makeMessage('m1', 0)
  const shown = overlay.present(server)
  expect(shown.text).toBe('changed')
  expect(shown.updatedAt).toBeGreaterThan(server.updatedAt)
  expect(shown.updatedAt).toBeLessThan(server.updatedAt + 1)
})

test('what the server had is kept while a change waits, and its times when the change is through', () => {
  const { queue, overlay } = setUp()
  queue.push(edit('changed'))
  const before = makeMessage('m1', 0)
  expect(overlay.original(overlay.present(before))).toEqual(before)
  // The stream brings the edit before the answer does.
  const after = { ...before, text: 'changed', updatedAt: before.updatedAt + 5 }
  overlay.present(after)
  queue.length = 0
  const shown = overlay.replacement(after)
  expect(Number.isInteger(shown.updatedAt)).toBe(false)
  expect(overlay.original(shown)).toEqual(after)
})

test('a copy that was never shown changed is the same object', () => {
  const { overlay } = setUp()
  const message = makeMessage('m1', 0)
  expect(overlay.original(overlay.present(message))).toBe(message)
})

test('after a start afresh a time of ours is at least a whole number again', () => {
  const { overlay } = setUp()
  const shown = { ...makeMessage('m1', 0), updatedAt: START + 0.5 }
  overlay.clear()
  expect(overlay.original(shown).updatedAt).toBe(START)
})
