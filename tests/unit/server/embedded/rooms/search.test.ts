// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  openDdp,
  overwriting,
  type Json,
  type RestClient,
  type TestServer,
  usePeople,
} from '../support'
import { askFor, refusal, type Refused } from '../refusals'

let test: TestServer
let ann: RestClient
let bob: RestClient
let rid: string

usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened), {
  environment: overwriting({ API_Enable_Direct_Message_History_EndPoint: 'true' }),
})
beforeAll(async () => {
  const created = await ann.post('channels.create', { name: 'garden', members: ['bob'] })
  rid = created.body.channel._id
  await ann.post('groups.create', { name: 'gate' })
  await ann.post('im.create', { username: 'bob' })
  await ann.post('rooms.createDiscussion', { prid: rid, t_name: 'garden talk' })
  await ann.post('teams.create', { name: 'gardeners', type: 1 })
})

const named = (answer: { body: Json }, key = 'items'): string[] =>
  answer.body[key].map((one: Json) => one.name)

const selector = (name: string): string => `selector=${JSON.stringify({ name })}`

describe('own rooms by a part of their names', () => {
  const own = 'rooms.autocomplete.channelAndPrivate'

  it('are found without discussions and direct conversations', async () => {
    expect(named(await ann.get(`${own}?${selector('GA')}`))).toEqual([
      'garden',
      'gardeners',
      'gate',
    ])
    expect(named(await bob.get(`${own}?${selector('ga')}`))).toEqual(['garden'])
    const { body } = await bob.get(`${own}?${selector('garden')}`)
    expect(body).toEqual({
      items: [{ _id: rid, fname: 'garden', name: 'garden', t: 'c' }],
      success: true,
    })
  })

  it('are paged and sorted', async () => {
    const query = `${selector('ga')}&count=1&offset=1&sort={"name":-1}`
    const { body } = await ann.get(`${own}.withPagination?${query}`)
    expect(body).toMatchObject({ items: [{ name: 'gardeners' }], total: 3 })
  })

  it('that may join a team are those that the person owns and that are in none', async () => {
    const find = (who: RestClient, name = '') =>
      who.get(`rooms.autocomplete.availableForTeams?name=${name}`)
    expect(named(await find(ann, 'ga'))).toEqual(['garden', 'gate'])
    expect(named(await find(bob))).toEqual([])
  })

  it.each([
    ['no selector', own, 400, "The 'selector' param is required"],
    ['a selector that is no JSON', `${own}?selector=x`, 400, 'error-invalid-params'],
    ['a selector without a name', `${own}?selector={}`, 400, 'error-invalid-params'],
    ['no selector', `${own}.withPagination`, 400, "The 'selector' param is required"],
    ['an unknown parameter', `${own}?${selector('x')}&x=1`, 400, 'error-invalid-params'],
  ])('are not looked for with %s', async (_why, path, status, code) => {
    expect(refusal(await ann.get(path))).toEqual([status, code])
  })
})

describe('rooms for administrators', () => {
  it('are listed by kinds, with a filter and paged', async () => {
    const list = async (query: string) => (await test.admin.get(`rooms.adminRooms?${query}`)).body
    const all = await list('count=0')
    expect(all.total).toBe(all.rooms.length)
    expect(named({ body: await list('types[]=p&filter=ga') }, 'rooms')).toEqual(['gate'])
    expect(named({ body: await list('types=teams&filter=ga') }, 'rooms')).toEqual(['gardeners'])
    const talk = (await list('types[]=discussions')).rooms
    expect(talk).toMatchObject([{ fname: 'garden talk', prid: rid }])
    expect(await list('filter=ga&count=1&offset=1')).toMatchObject({
      count: 1,
      offset: 1,
      total: 4,
    })
    const { body } = await test.admin.get(`rooms.adminRooms.getRoom?rid=${rid}`)
    expect(body).toMatchObject({ _id: rid, name: 'garden', usersCount: 2, success: true })
    expect(body.lastMessage).toBeUndefined()
    const found = await test.admin.get(`rooms.autocomplete.adminRooms?${selector('gat')}`)
    expect(named(found)).toEqual(['gate'])
  })

  it.each([
    ['rooms.adminRooms', 'error-not-authorized'],
    ['rooms.adminRooms.getRoom?rid=GENERAL', 'error-not-authorized'],
    [`rooms.autocomplete.adminRooms?${selector('g')}`, 'error-not-authorized'],
  ])('are for nobody else: %s', async (path, code) => {
    expect(refusal(await ann.get(path))).toEqual([400, code])
  })

  it('and messages of conversations of others, where the workspace allows it', async () => {
    const room = (await ann.post('im.create', { username: 'bob' })).body.room
    await ann.post('chat.sendMessage', { message: { rid: room.rid, msg: 'between us' } })
    const { body } = await test.admin.get(`im.messages.others?roomId=${room.rid}`)
    expect(body).toMatchObject({ messages: [{ msg: 'between us' }], count: 1, offset: 0, total: 1 })
    expect((await ann.get(`dm.messages.others?roomId=${room.rid}`)).status).toBe(403)
    expect(refusal(await test.admin.get('im.messages.others'))).toEqual([
      400,
      'error-roomid-param-not-provided',
    ])
    expect(refusal(await test.admin.get('im.messages.others?roomId=GENERAL'))).toEqual([
      400,
      'error-room-not-found',
    ])
  })
})

describe('an export', () => {
  const ask = (body: object, who = test.admin) =>
    who.post('rooms.export', { rid: 'GENERAL', ...body })

  const newest = (format: string): string[] => {
    const folder = join(test.dir, 'exports')
    const name = readdirSync(folder).find((one) => one.endsWith(format))!
    return readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')
  }

  beforeAll(async () => {
    for (let index = 0; index < 3; index += 1) {
      const message = { rid: 'GENERAL', msg: `<b>line ${index}</b>` }
      await test.admin.post('chat.sendMessage', { message })
    }
  })

  it('holds every message of the span, oldest first, and says where it is', async () => {
    const ddp = await openDdp(test.server.url, test.admin)
    await ddp.subscribe('stream-notify-user', `${test.admin.userId}/message`)
    expect((await ask({ type: 'file', format: 'json' })).body).toEqual({ success: true })
    const told = await ddp.event('stream-notify-user', `${test.admin.userId}/message`)
    expect(told.fields.args[0].msg).toMatch(/exports\/GENERAL-\w+\.json$/)
    ddp.close()
    const written = newest('.json').map((line) => JSON.parse(line) as Json)
    expect(written.filter((one) => one.type === undefined).map((one) => one.msg)).toEqual([
      '<b>line 0</b>',
      '<b>line 1</b>',
      '<b>line 2</b>',
    ])
    expect(written.at(-1)).toEqual({
      msg: '<b>line 2</b>',
      username: 'root',
      ts: expect.any(String),
    })
  })

  it('for people shows the text as it was written', async () => {
    await ask({ type: 'file', format: 'html' })
    expect(newest('.html').at(-1)).toContain('&#60;b&#62;line 2&#60;/b&#62;')
    expect(newest('.html').join('')).not.toContain('<b>')
  })

  it('leaves out what is beyond its days', async () => {
    const [day] = new Date(Date.now() - 3 * 86_400_000).toISOString().split('T')
    const before = readdirSync(join(test.dir, 'exports'))
    await ask({ type: 'file', format: 'json', dateTo: day })
    const [added] = readdirSync(join(test.dir, 'exports')).filter((one) => !before.includes(one))
    expect(readFileSync(join(test.dir, 'exports', added!), 'utf8')).toBe('')
  })

  it.each([
    [
      'dates the wrong way round',
      { type: 'file', format: 'json', dateFrom: '2024-01-09', dateTo: '2024-01-01' },
      'error-invalid-dates',
    ],
    ['a date that is none', { type: 'file', format: 'json', dateTo: 'x' }, 'error-invalid-dates'],
    ['another format', { type: 'file', format: 'pdf' }, 'invalid-params'],
    ['an unknown room', { rid: 'x', type: 'file', format: 'json' }, 'error-invalid-room'],
    ['mail to nobody', { type: 'email', messages: ['x'] }, 'error-invalid-recipient'],
    [
      'mail without a mail server',
      { type: 'email', messages: ['x'], toEmails: ['a@example.com'] },
      'error-email-send-failed',
    ],
    ['mail without messages', { type: 'email', toUsers: ['ann'] }, 'invalid-params'],
  ])('is refused for %s', async (_why, body, code) => {
    expect(refusal(await ask(body))).toEqual([400, code])
  })

  it('is refused without the permission', async () => {
    expect(refusal(await ask({ type: 'file', format: 'json' }, ann))).toEqual([
      400,
      'error-action-not-allowed',
    ])
  })
})

describe('what only some rooms have', () => {
  it('mentions of the caller in a channel are paged', async () => {
    for (const msg of ['@bob one', 'no', '@bob two']) {
      await ann.post('chat.sendMessage', { message: { rid, msg } })
    }
    const path = `channels.getAllUserMentionsByChannel?roomId=${rid}`
    const { body } = await bob.get(`${path}&count=1&offset=1&sort={"ts":1}`)
    expect(body).toMatchObject({ count: 1, offset: 1, total: 2, mentions: [{ msg: '@bob two' }] })
  })

  const refused: Refused[] = [
    {
      why: 'mentions of no room',
      who: () => bob,
      path: 'channels.getAllUserMentionsByChannel',
      status: 400,
      code: 'error-invalid-params',
    },
    {
      why: 'mentions of an unknown room',
      who: () => bob,
      path: 'channels.getAllUserMentionsByChannel?roomId=x',
      status: 400,
      code: 'error-room-not-found',
    },
    {
      why: 'reading without an account while that is off',
      who: () => test.anonymous,
      path: 'channels.anonymousread?roomId=GENERAL',
      status: 400,
      code: 'error-not-allowed',
    },
    {
      why: 'encryption while it is off',
      who: () => ann,
      path: 'groups.setEncrypted',
      body: () => ({ roomName: 'gate', encrypted: true }),
      status: 400,
      code: 'error-action-not-allowed',
    },
    {
      why: 'encryption of what is not there',
      who: () => bob,
      path: 'groups.setEncrypted',
      body: () => ({ roomName: 'gate', encrypted: false }),
      status: 400,
      code: 'error-room-not-found',
    },
    {
      why: 'encryption that is neither on nor off',
      who: () => ann,
      path: 'groups.setEncrypted',
      body: () => ({ roomName: 'gate' }),
      status: 400,
      code: 'invalid-params',
    },
    {
      why: 'an encrypted new room while encryption is off',
      who: () => ann,
      path: 'groups.create',
      body: () => ({ name: 'secret', extraData: { encrypted: true } }),
      status: 400,
      code: 'error-not-allowed',
    },
  ]

  it.each(refused)('$why is refused', async (call) => {
    expect(refusal(await askFor(call))).toEqual([call.status, call.code])
  })

  it('the same encryption again changes nothing', async () => {
    const body = { roomName: 'gate', encrypted: false }
    expect((await ann.post('groups.setEncrypted', body)).body.group).toMatchObject({ name: 'gate' })
  })

  it('a broadcast room is read-only but for its owner, and one may be made for others only', async () => {
    const body = {
      name: 'news',
      members: ['bob'],
      excludeSelf: true,
      extraData: { broadcast: true },
    }
    const { channel } = (await ann.post('channels.create', body)).body
    expect(channel).toMatchObject({ broadcast: true, ro: true, usersCount: 1 })
    const { subscription } = (await ann.get(`subscriptions.getOne?roomId=${channel._id}`)).body
    expect(subscription).toBeNull()
    const message = { rid: channel._id, msg: 'x' }
    expect(refusal(await bob.post('chat.sendMessage', { message }))[0]).toBe(400)
  })

  it('favourites of a default room and its retention are settings of administrators', async () => {
    const form = { rid, favorite: { defaultValue: true, favorite: true }, default: true }
    expect(refusal(await ann.post('rooms.saveRoomSettings', form))).toEqual([
      400,
      'error-action-not-allowed',
    ])
    const more = { retentionEnabled: true, retentionMaxAge: 30, retentionOverrideGlobal: true }
    await test.admin.post('rooms.saveRoomSettings', { ...form, ...more })
    const { room } = (await ann.get(`rooms.info?roomId=${rid}`)).body
    expect(room).toMatchObject({
      favorite: true,
      retention: { enabled: true, maxAge: 30, overrideGlobal: true },
    })
    const eve = await test.person('eve')
    const { subscription } = (await eve.get(`subscriptions.getOne?roomId=${rid}`)).body
    expect(subscription).toMatchObject({ f: true })
  })
})

describe('messages', () => {
  it('of a thread come around one of them', async () => {
    const root = (await ann.post('chat.sendMessage', { message: { rid, msg: 'root' } })).body
      .message
    const ids: string[] = []
    for (let index = 0; index < 7; index += 1) {
      const message = { rid, msg: `reply ${index}`, tmid: root._id }
      ids.push((await ann.post('chat.sendMessage', { message })).body.message._id)
    }
    const path = `chat.getThreadMessages?tmid=${root._id}&count=3`
    const page = async (id: string) => (await bob.get(`${path}&aroundId=${id}`)).body
    const middle = await page(ids[4]!)
    expect(middle.messages.map((one: Json) => one._id)).toEqual(ids.slice(3, 6))
    expect(middle).toMatchObject({ count: 3, offset: 3, total: 7 })
    expect(await page(ids[0]!)).toMatchObject({ count: 3, offset: 0 })
    expect((await page(ids[6]!)).messages.map((one: Json) => one._id)).toEqual(ids.slice(5))
    expect(refusal(await bob.get(`${path}&aroundId=${root._id}`))).toEqual([
      400,
      'error-invalid-message',
    ])
  })

  it('carry custom fields that an edit may change', async () => {
    const sent = (await ann.post('chat.sendMessage', { message: { rid, msg: 'x' } })).body.message
    const edit = { roomId: rid, msgId: sent._id, text: 'x', customFields: { level: 2 } }
    const { message } = (await ann.post('chat.update', edit)).body
    expect(message).toMatchObject({
      msg: 'x',
      customFields: { level: 2 },
      editedBy: { username: 'ann' },
    })
    const again = (await ann.post('chat.update', edit)).body.message
    expect(again._updatedAt).toBe(message._updatedAt)
  })

  it('that are encrypted are edited as cipher text, and others are not', async () => {
    const message = { rid, t: 'e2e', msg: '', content: { ciphertext: 'a' } }
    const sent = (await ann.post('chat.sendMessage', { message })).body.message
    const edit = { roomId: rid, msgId: sent._id, content: { ciphertext: 'b' } }
    expect((await ann.post('chat.update', edit)).body.message).toMatchObject({
      content: { ciphertext: 'b' },
      editedBy: { username: 'ann' },
    })
    expect(refusal(await bob.post('chat.update', edit))).toEqual([400, 'error-action-not-allowed'])
    const plain = (await ann.post('chat.sendMessage', { message: { rid, msg: 'x' } })).body.message
    const wrong = { ...edit, msgId: plain._id }
    expect(refusal(await ann.post('chat.update', wrong))).toEqual([400, 'error-action-not-allowed'])
  })
})
