import type { RoomDoc, UserDoc } from '../../../../server/embedded/documents'
import { createNamedRoom } from '../../../../server/embedded/domain/createRoom'
import { deleteMessage } from '../../../../server/embedded/domain/deleteMessage'
import { editMessage } from '../../../../server/embedded/domain/editMessage'
import { sendMessage } from '../../../../server/embedded/domain/sendMessage'
import { syncMessages, type SyncRequest } from '../../../../server/embedded/domain/syncMessages'
import { useUsers } from './appSupport'
import type { TestApp } from './support'

let test: TestApp
let ann: UserDoc
let room: RoomDoc

useUsers(['ann'], (opened) => ({ test, ann } = opened))
beforeEach(() => {
  room = createNamedRoom(test.app, { t: 'c', name: 'team', owner: ann, members: [] })
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    sendMessage(test.app, ann, { rid: room._id, msg: id, _id: id })
  }
})

const sync = (request: SyncRequest) => syncMessages(test.app, room._id, request)
const ids = (list: { _id: string }[] | undefined) => list?.map((one) => one._id)
const message = (id: string) => test.app.store.messages.get(id)!

describe('chat.syncMessages', () => {
  it('walks all changes by cursor, in order, each once, although all were written in one millisecond', () => {
    const seen: string[] = []
    let next: string | null = '0'
    while (next !== null) {
      const page = sync({ type: 'UPDATED', next, count: 2 })
      seen.push(...ids(page.updated)!)
      next = page.cursor!.next
      expect(page).not.toHaveProperty('deleted')
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('walks back with previous', () => {
    const from = String(message('d')._updatedAt.getTime())
    const page = sync({ type: 'UPDATED', previous: from, count: 2 })
    expect(ids(page.updated)).toEqual(['b', 'c'])
    expect(page.cursor!.previous).toBe(String(message('b')._updatedAt.getTime()))
    expect(
      ids(sync({ type: 'UPDATED', previous: page.cursor!.previous!, count: 2 }).updated),
    ).toEqual(['a'])
  })

  it('brings edits, and deletions as stubs', () => {
    const known = message('e')._updatedAt
    editMessage(test.app, ann, message('b'), 'edited')
    deleteMessage(test.app, ann, message('c'))
    const both = sync({ lastUpdate: known.toISOString() })
    expect(ids(both.updated)).toEqual(['b'])
    expect(ids(both.deleted)).toEqual(['c'])
    const next = String(known.getTime())
    expect(ids(sync({ type: 'UPDATED', next }).updated)).toEqual(['b'])
    expect(sync({ type: 'DELETED', next })).toMatchObject({
      deleted: [{ _id: 'c' }],
      cursor: { next: null },
    })
    expect(
      ids(
        sync({ type: 'DELETED', previous: String(Number.MAX_SAFE_INTEGER).slice(0, 15) }).deleted,
      ),
    ).toEqual(['c'])
  })

  it('answers an empty page with an end', () => {
    expect(sync({ type: 'UPDATED', next: '999999999999999' })).toEqual({
      updated: [],
      cursor: { next: null, previous: null },
    })
  })

  it('answers a type alone with empty lists', () => {
    expect(sync({ type: 'UPDATED' })).toEqual({ updated: [], deleted: [] })
  })

  it('leaves out messages older than fromTs', () => {
    test.clock.advance(1000)
    sendMessage(test.app, ann, { rid: room._id, msg: 'f', _id: 'f' })
    const fromTs = message('f').ts.toISOString()
    expect(ids(sync({ type: 'UPDATED', next: '0', fromTs }).updated)).toEqual(['f'])
  })

  it.each<[string, SyncRequest]>([
    ['error-param-required', {}],
    ['error-lastUpdate-param-invalid', { lastUpdate: 'yesterday' }],
    ['error-cursor-conflict', { type: 'UPDATED', next: '1', previous: '2' }],
    [
      'error-cursor-and-lastUpdate-conflict',
      { type: 'UPDATED', next: '1', lastUpdate: '2020-01-01' },
    ],
    ['error-type-param-required', { next: '1' }],
    ['error-type-param-not-supported', { type: 'ALL', next: '1' }],
    ['error-cursor-param-invalid', { type: 'UPDATED', next: 'abc' }],
  ])('refuses with %s', (code, request) => {
    let refused: unknown
    try {
      sync(request)
    } catch (error) {
      refused = error
    }
    expect(refused).toMatchObject({ code })
  })
})
