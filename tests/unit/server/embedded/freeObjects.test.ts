// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access */
import { checkFree } from '../../../../server/embedded/domain/freeObjects'
import { openDdp, type RestClient, type TestServer, usePeople } from './support'

/** So many objects inside each other. */
const nested = (levels: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level += 1) value = { inner: value }
  return value
}

const big = { filler: '中'.repeat(30_000) }

describe('a free object', () => {
  it('has so many levels and bytes at the most', () => {
    expect(() => checkFree('x', undefined)).not.toThrow()
    expect(() => checkFree('x', nested(16))).not.toThrow()
    expect(() => checkFree('x', nested(17))).toThrow('x must NOT be nested deeper than 16 levels')
    expect(() => checkFree('x', '1234', 6)).not.toThrow()
    expect(() => checkFree('x', '中文', 7)).toThrow('x must NOT be larger than 7 bytes')
  })
})

describe('a server that is sent free objects', () => {
  let test: TestServer
  let ann: RestClient
  let room: string
  usePeople(['ann'], (opened) => ({ test, ann } = opened))
  beforeAll(async () => {
    const created = await ann.post('channels.create', { name: 'free' })
    room = created.body.channel._id as string
  })

  const refused: [string, (value: unknown) => [string, unknown]][] = [
    [
      'attachments',
      (value) => ['chat.sendMessage', { message: { rid: room, attachments: [value] } }],
    ],
    [
      'blocks',
      (value) => ['chat.sendMessage', { message: { rid: room, msg: 'x', blocks: [value] } }],
    ],
    [
      'customFields',
      (value) => ['chat.postMessage', { roomId: room, text: 'x', customFields: { value } }],
    ],
    ['a new room', (value) => ['groups.create', { name: 'private', customFields: { value } }]],
    ['a room', (value) => ['channels.setCustomFields', { roomId: room, customFields: { value } }]],
    [
      'room settings',
      (value) => ['rooms.saveRoomSettings', { rid: room, roomCustomFields: { value } }],
    ],
    ['an account', (value) => ['users.updateOwnBasicInfo', { data: {}, customFields: { value } }]],
  ]

  it.each(refused)('refuses those of %s that are too large or too deep', async (_, call) => {
    for (const value of [big, nested(20)]) {
      const { status, body } = await ann.post(...call(value))
      expect(status).toBe(400)
      expect(body).toMatchObject({ success: false, errorType: 'invalid-params' })
      expect(body.error).toMatch(/must NOT be (larger than \d+ bytes|nested deeper than 16 levels)/)
    }
  })

  it('refuses them from administrators and in preferences, too', async () => {
    const user = { name: 'B', email: 'b@example.com', username: 'b', password: 'b-secret' }
    const created = await test.admin.post('users.create', { ...user, customFields: big })
    const highlights = ['x'.repeat(20_000)]
    const preferences = await ann.post('users.setPreferences', { data: { highlights } })
    for (const { status, body } of [created, preferences]) {
      expect(status).toBe(400)
      expect(body.errorType).toBe('invalid-params')
    }
  })

  it('refuses them in an edit and keeps the message', async () => {
    const sent = await ann.post('chat.sendMessage', { message: { rid: room, msg: 'small' } })
    const msgId = sent.body.message._id as string
    const edited = { roomId: room, msgId, text: 'other', customFields: big }
    expect((await ann.post('chat.update', edited)).body.errorType).toBe('invalid-params')
    expect((await ann.get(`chat.getMessage?msgId=${msgId}`)).body.message.msg).toBe('small')
  })

  it('refuses them over DDP', async () => {
    const socket = await openDdp(test.server.url, ann)
    const message = { rid: room, msg: 'x', customFields: big }
    expect((await socket.call('sendMessage', message)).error.error).toBe('invalid-params')
    socket.close()
  })

  it('keeps those of an ordinary size', async () => {
    const customFields = { shelf: { row: [1, 2, 3] }, text: 'x'.repeat(1000) }
    const set = await ann.post('channels.setCustomFields', { roomId: room, customFields })
    expect(set.body.channel.customFields).toEqual(customFields)
  })
})
