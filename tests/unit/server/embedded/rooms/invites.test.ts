// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access */
import { type Json, type RestClient, type TestServer, usePeople } from '../support'
import { refusal } from '../refusals'

let test: TestServer
let ann: RestClient
let bob: RestClient
let eve: RestClient
let rid: string

usePeople(['ann', 'bob', 'eve'], (opened) => ({ test, ann, bob, eve } = opened))
beforeAll(async () => {
  const created = await ann.post('groups.create', { name: 'closed', members: ['bob'] })
  rid = created.body.group._id
})

const make = (input: object = {}, who = ann) =>
  who.post('findOrCreateInvite', { rid, days: 1, maxUses: 0, ...input })

const remove = async (id: string, who: RestClient): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${test.server.url}/api/v1/removeInvite/${id}`, {
    method: 'DELETE',
    headers: { 'x-auth-token': who.token, 'x-user-id': who.userId },
  })
  return { status: response.status, body: await response.json() }
}

it('an invite has a short token, an address and its limits; asking again gives the same', async () => {
  const { body } = await make({ days: 7, maxUses: 5 })
  expect(body).toEqual({
    _id: expect.stringMatching(/^[0-9A-Za-z]{6}$/),
    days: 7,
    maxUses: 5,
    rid,
    userId: ann.userId,
    createdAt: expect.any(String),
    expires: expect.any(String),
    uses: 0,
    url: expect.stringMatching(new RegExp(`/invite/${String(body._id)}$`)),
    _updatedAt: expect.any(String),
    success: true,
  })
  const days = Date.parse(String(body.expires)) - Date.parse(String(body.createdAt))
  expect(days).toBe(7 * 86_400_000)
  expect((await make({ days: 7, maxUses: 5 })).body._id).toBe(body._id)
  expect((await make({ days: 0, maxUses: 5 })).body).toMatchObject({ expires: null })
})

it.each([
  ['a number of days that is none', { days: 2 }, 'invalid-number-of-days'],
  ['a number of uses that is none', { maxUses: 2 }, 'invalid-number-of-uses'],
  ['an unknown room', { rid: 'nowhere' }, 'not_authorized'],
  ['days as a text', { days: '1' }, 'invalid-params'],
])('an invite is not made for %s', async (_why, input, code) => {
  expect(refusal(await make(input))).toEqual([400, code])
})

it('an invite is not made by plain members, by outsiders and for direct conversations', async () => {
  expect(refusal(await make({}, bob))).toEqual([400, 'not_authorized'])
  expect(refusal(await make({}, test.admin))).toEqual([400, 'error-invalid-room'])
  const direct = (await test.admin.post('im.create', { username: 'bob' })).body.room as Json
  expect(refusal(await make({ rid: direct.rid }, test.admin))).toEqual([
    400,
    'error-room-type-not-allowed',
  ])
})

it('a link lets as many people in as it says', async () => {
  const token = (await make({ days: 0, maxUses: 1 })).body._id as string
  expect((await test.anonymous.post('validateInviteToken', { token })).body).toEqual({
    valid: true,
    success: true,
  })
  // Who belongs to the room already uses nothing up.
  expect((await bob.post('useInviteToken', { token })).status).toBe(200)
  expect((await eve.post('useInviteToken', { token })).body).toEqual({
    room: { rid, fname: 'closed', name: 'closed', t: 'p' },
    success: true,
  })
  expect((await eve.get(`groups.info?roomId=${rid}`)).body.group.usersCount).toBe(3)
  expect((await test.anonymous.post('validateInviteToken', { token })).body.valid).toBe(false)
  const dan = await test.person('dan')
  expect(refusal(await dan.post('useInviteToken', { token }))).toEqual([
    400,
    'error-invite-expired',
  ])
})

it('a link into an archived room lets nobody in', async () => {
  const other = (await ann.post('channels.create', { name: 'old' })).body.channel as Json
  const token = (await make({ rid: other._id })).body._id as string
  await ann.post('channels.archive', { roomId: other._id })
  expect(refusal(await bob.post('useInviteToken', { token }))).toEqual([400, 'error-room-archived'])
})

it('tokens that are none are refused, and invalid for who asks', async () => {
  expect(refusal(await bob.post('useInviteToken', { token: 'x' }))).toEqual([
    400,
    'error-invalid-token',
  ])
  expect(refusal(await bob.post('useInviteToken', {}))).toEqual([400, 'invalid-params'])
  expect((await test.anonymous.post('validateInviteToken', { token: 'x' })).body.valid).toBe(false)
  expect(refusal(await test.anonymous.post('useInviteToken', { token: 'x' }))[0]).toBe(401)
})

it('administrators see every invite as a bare list and remove them with a bare answer', async () => {
  const { _id } = (await make({ days: 30 })).body
  expect(refusal(await ann.get('listInvites'))).toEqual([400, 'not_authorized'])
  const list = (await test.admin.get('listInvites')).body as unknown as Json[]
  expect(list.find((one) => one._id === _id)).toMatchObject({ rid, days: 30, userId: ann.userId })
  expect((await remove(String(_id), ann)).body).toMatchObject({ errorType: 'not_authorized' })
  expect(await remove(String(_id), test.admin)).toEqual({ status: 200, body: true })
  expect(await remove(String(_id), test.admin)).toMatchObject({
    status: 400,
    body: { errorType: 'invalid-invitation-id' },
  })
  expect((await remove('x', test.anonymous)).status).toBe(401)
})

it('nothing is mailed without a mail server, and who asks is told', async () => {
  const send = (emails: string[], who = test.admin) => who.post('sendInvitationEmail', { emails })
  expect(refusal(await send(['a@example.com']))).toEqual([400, 'error-email-send-failed'])
  expect((await send(['nonsense'])).body.error).toMatch(/^No valid email addresses/)
  expect(refusal(await send(['a@example.com'], ann))).toEqual([400, 'error-not-allowed'])
})
