import { readOutboxEntry, type OutboxEntry } from '../../../../src/stores/outboxEntry'
import { createClient } from './support/client'

describe('stored entries', () => {
  const entry: OutboxEntry = {
    ...{ id: 'i', roomId: 'r', text: 't', createdAt: 1, state: 'waiting', isUnclear: false },
    ...{ code: '', reason: '' },
  }

  test('are read as they were written', () => {
    const failed: OutboxEntry = { ...entry, state: 'failed', code: 'c', reason: 'why' }
    expect([readOutboxEntry(entry), readOutboxEntry(failed)]).toEqual([entry, failed])
  })

  test('what was being sent is unclear', () => {
    const expected = { ...entry, isUnclear: true }
    expect(readOutboxEntry({ ...entry, state: 'sending' })).toEqual(expected)
  })

  test('what is missing has a default', () => {
    const old = { id: 'i', roomId: 'r', text: 't', createdAt: 1, state: 'odd', isUnclear: 'yes' }
    expect(readOutboxEntry(old)).toEqual(entry)
  })

  test.each([
    [null],
    ['text'],
    [[]],
    [{}],
    [{ ...entry, id: '' }],
    [{ ...entry, id: 5 }],
    [{ ...entry, roomId: '' }],
    [{ ...entry, text: undefined }],
    [{ ...entry, createdAt: 'now' }],
  ])('%j is none', (value) => {
    expect(readOutboxEntry(value)).toBeUndefined()
  })

  test('those that cannot be read are left out', async () => {
    const client = createClient()
    client.storage.values.set('outbox:ann', [entry, null, { id: 'x' }])
    await client.signIn('ann')
    expect(client.outbox.entries).toEqual([entry])
  })
})
