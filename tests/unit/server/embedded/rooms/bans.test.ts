// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return */
import { type Json, type RestClient, type TestServer, usePeople } from '../support'
import { askFor, refusal, type Refused } from '../refusals'

let test: TestServer
let ann: RestClient
let bob: RestClient
let eve: RestClient
let rid: string

usePeople(['ann', 'bob', 'eve'], (opened) => ({ test, ann, bob, eve } = opened))
beforeAll(async () => {
  const members = ['bob', 'eve']
  rid = (await ann.post('channels.create', { name: 'open', members })).body.channel._id
})

const own = async (who: RestClient): Promise<Json> =>
  (await who.get(`subscriptions.getOne?roomId=${rid}`)).body.subscription

describe('bans', () => {
  it('are made, listed and ended', async () => {
    expect((await ann.post('rooms.banUser', { roomId: rid, username: 'bob' })).body).toEqual({
      success: true,
    })
    await ann.post('rooms.banUser', { roomId: rid, userId: eve.userId })
    expect((await ann.get(`rooms.bannedUsers?roomId=${rid}&count=1`)).body).toEqual({
      bannedUsers: [{ _id: bob.userId, username: 'bob', name: 'BOB' }],
      count: 1,
      offset: 0,
      total: 2,
      success: true,
    })
    const { body } = await ann.get(`channels.members?roomId=${rid}`)
    expect(body.members.map((one: Json) => one.username)).toEqual(['ann'])
    expect(refusal(await bob.get(`channels.info?roomId=${rid}`))).toEqual([403, 'unauthorized'])
    expect(refusal(await bob.get(`rooms.bannedUsers?roomId=${rid}`))).toEqual([403, 'unauthorized'])
    expect(refusal(await bob.post('rooms.join', { roomId: rid }))).toEqual([
      400,
      'error-not-allowed',
    ])
    expect(await own(bob)).toMatchObject({ status: 'BANNED', open: false })
    expect((await bob.get('rooms.get')).body.update.map((one: Json) => one._id)).not.toContain(rid)
    const counters = (await ann.get(`channels.counters?roomId=${rid}`)).body
    expect(counters).toMatchObject({ members: 1 })
    for (const username of ['bob', 'eve']) {
      expect((await ann.post('rooms.unbanUser', { roomId: rid, username })).status).toBe(200)
    }
    expect((await ann.get(`rooms.bannedUsers?roomId=${rid}`)).body.total).toBe(0)
    expect((await bob.post('rooms.join', { roomId: rid })).status).toBe(200)
    await eve.post('rooms.join', { roomId: rid })
  })

  const refused: Refused[] = [
    {
      why: 'a plain member as the actor',
      who: () => bob,
      path: 'rooms.banUser',
      body: () => ({ roomId: rid, username: 'eve' }),
      status: 400,
      code: 'error-not-allowed',
    },
    {
      why: 'an unknown person',
      who: () => ann,
      path: 'rooms.banUser',
      body: () => ({ roomId: rid, username: 'who' }),
      status: 400,
      code: 'error-invalid-user',
    },
    {
      why: 'an unknown room',
      who: () => ann,
      path: 'rooms.banUser',
      body: () => ({ roomId: 'x', username: 'bob' }),
      status: 400,
      code: 'error-room-not-found',
    },
    {
      why: 'nobody',
      who: () => ann,
      path: 'rooms.banUser',
      body: () => ({ roomId: rid }),
      status: 400,
      code: 'invalid-params',
    },
    {
      why: 'the last owner',
      who: () => test.admin,
      path: 'rooms.banUser',
      body: () => ({ roomId: rid, username: 'ann' }),
      status: 400,
      code: 'error-you-are-last-owner',
    },
    {
      why: 'who is not in the room',
      who: () => ann,
      path: 'rooms.banUser',
      body: () => ({ roomId: rid, username: 'root' }),
      status: 400,
      code: 'error-user-not-in-room',
    },
    {
      why: 'the end of a ban that is none',
      who: () => ann,
      path: 'rooms.unbanUser',
      body: () => ({ roomId: rid, username: 'bob' }),
      status: 400,
      code: 'error-user-not-banned',
    },
    {
      why: 'a list without a room',
      who: () => ann,
      path: 'rooms.bannedUsers',
      status: 400,
      code: 'error-invalid-params',
    },
    {
      why: 'a list of an unknown room',
      who: () => ann,
      path: 'rooms.bannedUsers?roomId=x',
      status: 403,
      code: 'unauthorized',
    },
    {
      why: 'the answer to an invitation that there is not',
      who: () => bob,
      path: 'rooms.invite',
      body: () => ({ roomId: rid, action: 'accept' }),
      status: 400,
      code: 'Failed to handle invite: No subscription found or user does not have permission to accept or reject this invite',
    },
    {
      why: 'another answer',
      who: () => bob,
      path: 'rooms.invite',
      body: () => ({ roomId: rid, action: 'maybe' }),
      status: 400,
      code: 'invalid-params',
    },
  ]

  it.each(refused)('refuse $why', async (call) => {
    expect(refusal(await askFor(call))).toEqual([call.status, call.code])
  })

  it('refuse somebody who is banned already', async () => {
    await ann.post('rooms.banUser', { roomId: rid, username: 'eve' })
    const again = await ann.post('rooms.banUser', { roomId: rid, username: 'eve' })
    expect(refusal(again)).toEqual([400, 'error-user-already-banned'])
    await ann.post('channels.invite', { roomId: rid, userId: eve.userId })
    expect((await own(eve)).status).toBeUndefined()
  })
})

describe('drafts', () => {
  const save = (body: object, who = bob) => who.post('rooms.saveDraft', { rid, ...body })

  it('are kept in the subscription, per thread too, and cleared by an empty one', async () => {
    const message = { _id: 'slack-C1-000001', rid, msg: 'root' }
    await ann.post('chat.sendMessage', { message })
    expect((await save({ draft: 'half' })).body).toEqual({ success: true })
    await save({ draft: 'reply', tmid: message._id })
    expect(await own(bob)).toMatchObject({
      draft: 'half',
      threadDrafts: { [message._id]: 'reply' },
    })
    const { body } = await bob.get('subscriptions.get')
    expect(body.update.find((one: Json) => one.rid === rid)).toMatchObject({ draft: 'half' })
    await save({ draft: '' })
    await save({ draft: '', tmid: message._id })
    const after = await own(bob)
    expect([after.draft, after.threadDrafts]).toEqual([undefined, undefined])
    expect((await save({ draft: '', tmid: 'gone' })).status).toBe(200)
  })

  it.each([
    ['too long', { draft: 'x'.repeat(5001) }, 'error-message-size-exceeded'],
    ['of an unknown thread', { draft: 'x', tmid: 'nowhere' }, 'error-invalid-message'],
    ['of a thread with a path as its id', { draft: 'x', tmid: 'a.b' }, 'invalid-params'],
    ['of a thread named __proto__', { draft: 'x', tmid: '__proto__' }, 'invalid-params'],
    ['without a text', {}, 'invalid-params'],
  ])('are refused when %s', async (_why, body, code) => {
    expect(refusal(await save(body))).toEqual([400, code])
  })

  it('are refused from who is not a member', async () => {
    expect(refusal(await save({ draft: 'x' }, test.admin))).toEqual([
      400,
      'error-invalid-subscription',
    ])
  })
})
