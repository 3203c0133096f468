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

test('what was presented already is not taken for the server’s copy', () => {
  const { queue, overlay } = setUp()
  const server = makeMessage('m1', 0)
  queue.push(edit('changed'))
  overlay.present(overlay.present(server))
  queue.length = 0
  const shown = overlay.replacement(server)
  expect(Number.isInteger(shown.updatedAt)).toBe(false)
  expect(overlay.original(overlay.present(shown))).toEqual(server)
})

test('a change that waits is marked, and one that was refused otherwise; neither mark is kept', () => {
  const { queue, overlay } = setUp()
  const server = makeMessage('m1', 0)
  queue.push(edit('changed'))
  expect(overlay.present(server)).toMatchObject({ text: 'changed', changeState: 'waiting' })
  queue[0]!.state = 'failed'
  const shown = overlay.replacement(server)
  expect(shown).toMatchObject({ text: 'changed', changeState: 'failed' })
  expect(overlay.original(shown)).toEqual(server)
  queue.length = 0
  expect(overlay.replacement(server).changeState).toBeUndefined()
  overlay.clear()
  expect(overlay.original(shown)).not.toHaveProperty('changeState')
})

test('a newer copy of the server is kept although a change waits for an older one', () => {
  const { queue, overlay } = setUp()
  queue.push(edit('changed'))
  const newer = { ...makeMessage('m1', 0), text: 'by somebody else', updatedAt: START + 5 }
  expect(overlay.original(newer)).toBe(newer)
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
