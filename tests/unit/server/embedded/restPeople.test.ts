// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument */
import { createHash } from 'node:crypto'
import { refusal } from './refusals'
import { openDdp, type Json, type RestClient, type TestServer, usePeople } from './support'

let test: TestServer
let ann: RestClient
let bob: RestClient

usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))

const json = (value: object) => encodeURIComponent(JSON.stringify(value))
const usernames = (list: { username: string }[]) => list.map((one) => one.username)

describe('presence', () => {
  it('of people is asked for, set, and told to who watches', async () => {
    const socket = await openDdp(test.server.url, bob)
    const watcher = await openDdp(test.server.url, ann)
    await watcher.subscribe('stream-user-presence', '', { added: [bob.userId] })
    await watcher.subscribe('stream-notify-logged', 'user-status', false)
    const asked = await ann.get(`users.presence?ids=${bob.userId},nobody`)
    expect(asked.body).toMatchObject({ full: true, users: [{ _id: bob.userId, status: 'online' }] })
    expect(usernames((await ann.get('users.presence')).body.users).sort()).toEqual(['ann', 'bob'])
    expect(refusal(await ann.get('users.presence?from=x'))).toEqual([
      400,
      'error-from-param-invalid',
    ])
    const set = (fields: object, who = bob) => who.post('users.setStatus', fields)
    expect((await set({ status: 'busy', message: 'lunch' })).body).toEqual({ success: true })
    expect((await watcher.event('stream-user-presence', bob.userId)).fields.args).toEqual([
      ['bob', 3, 'lunch'],
    ])
    await set({ message: 'still lunch' })
    expect((await watcher.event('stream-user-presence', bob.userId)).fields.args).toEqual([
      ['bob', 3, 'still lunch'],
    ])
    expect((await ann.get('users.getPresence?username=bob')).body).toEqual({
      presence: 'busy',
      success: true,
    })
    expect((await bob.get('users.getPresence')).body).toMatchObject({ connectionStatus: 'online' })
    expect((await ann.get(`users.getStatus?user=bob`)).body).toEqual({
      _id: bob.userId,
      status: 'busy',
      success: true,
    })
    expect(refusal(await set({ status: 'asleep' }))).toEqual([400, 'error-invalid-status'])
    expect(refusal(await set({ userId: ann.userId, status: 'away' }))).toEqual([
      403,
      'unauthorized',
    ])
    expect((await set({ username: 'bob', status: 'online' }, test.admin)).status).toBe(200)
    expect(refusal(await ann.get('users.getPresence?username=ghost'))).toEqual([
      400,
      'error-invalid-user',
    ])
    socket.close()
    watcher.close()
  })
})

describe('preferences', () => {
  it('are merged with the defaults and told to the own clients', async () => {
    const socket = await openDdp(test.server.url, ann)
    await socket.subscribe('stream-notify-user', `${ann.userId}/userData`, false)
    const save = (data: object, more: object = {}, who = ann) =>
      who.post('users.setPreferences', { data, ...more })
    const saved = await save({ useEmojis: false, highlights: ['deploy'] })
    expect(saved.body.user.settings.preferences).toMatchObject({
      useEmojis: false,
      unreadAlert: true,
    })
    const event = await socket.event('stream-notify-user', `${ann.userId}/userData`)
    expect(event.fields.args[0].diff).toMatchObject({ 'settings.preferences.useEmojis': false })
    expect((await ann.get('users.getPreferences')).body.preferences.highlights).toEqual(['deploy'])
    await bob.post('chat.sendMessage', { message: { rid: 'GENERAL', msg: 'we deploy now' } })
    expect(
      (await ann.get('subscriptions.getOne?roomId=GENERAL')).body.subscription.userMentions,
    ).toBe(2)
    expect(refusal(await save({ unknownOne: 1 }))).toEqual([400, 'invalid-params'])
    expect(refusal(await save({ useEmojis: 'no' }))).toEqual([400, 'invalid-params'])
    expect(refusal(await save({}, { userId: bob.userId }))).toEqual([
      400,
      'error-action-not-allowed',
    ])
    expect(refusal(await save({}, { userId: 'ghost' }, test.admin))).toEqual([
      400,
      'error-invalid-user',
    ])
    socket.close()
  })
})

describe('the own account', () => {
  it('is changed, with the password for address and password', async () => {
    const eve = await test.person('eve')
    const update = (data: object) => eve.post('users.updateOwnBasicInfo', { data })
    const named = await update({ name: 'Eve E.', nickname: 'e', bio: 'b', statusText: 'here' })
    expect(named.body.user).toMatchObject({ name: 'Eve E.', nickname: 'e', statusText: 'here' })
    expect(refusal(await update({ username: 'ann' }))).toEqual([400, 'error-field-unavailable'])
    expect(refusal(await update({ email: 'eve@new.org' }))).toEqual([400, 'totp-required'])
    expect(refusal(await update({ newPassword: 'x', currentPassword: 'wrong' }))).toEqual([
      400,
      'error-invalid-password',
    ])
    const currentPassword = createHash('sha256').update('secret-eve').digest('hex')
    expect((await update({ email: 'eve@new.org', currentPassword })).body.user.emails).toEqual([
      { address: 'eve@new.org', verified: false },
    ])
    const other = await test.anonymous.post('login', { user: 'eve', password: 'secret-eve' })
    expect((await update({ newPassword: 'new-secret', currentPassword })).status).toBe(200)
    expect((await eve.get('me')).status).toBe(200)
    const dead = await fetch(`${test.server.url}/api/v1/me`, {
      headers: { 'x-auth-token': other.body.data.authToken, 'x-user-id': eve.userId },
    })
    expect(dead.status).toBe(401)
    const login = await test.anonymous.post('login', { user: 'eve', password: 'new-secret' })
    expect(login.status).toBe(200)
    expect(refusal(await update({ admin: true }))).toEqual([400, 'invalid-params'])
  })
})

describe('finding', () => {
  it('people by part of a name', async () => {
    const find = (selector: object) => ann.get(`users.autocomplete?selector=${json(selector)}`)
    expect(usernames((await find({ term: 'BO' })).body.items)).toContain('bob')
    expect(usernames((await find({ term: 'bo', exceptions: ['bob'] })).body.items)).not.toContain(
      'bob',
    )
    expect((await find({ term: '%' })).body.items).toEqual([])
    expect(refusal(await ann.get('users.autocomplete?selector=x'))).toEqual([
      400,
      'error-invalid-params',
    ])
    expect(refusal(await ann.get('users.autocomplete'))).toEqual([400, 'error-invalid-params'])
    expect((await ann.get('users.checkUsernameAvailability?username=bob')).body.result).toBe(false)
    expect((await ann.get('users.checkUsernameAvailability?username=new')).body.result).toBe(true)
  })

  it('people by spotlight, who says nothing of rooms that the caller cannot see', async () => {
    const created = await test.admin.post('groups.create', { name: 'hidden', members: ['ann'] })
    const rid = created.body.group._id as string
    const search = async (who: RestClient) =>
      (await who.get(`spotlight?query=@ann&rid=${rid}`)).body.users as Json[]
    const [seen] = await search(test.admin)
    expect(seen).not.toHaveProperty('outside')
    const stranger = await test.person('stranger')
    expect((await search(stranger))[0]).toMatchObject({ username: 'ann', outside: true })
  })

  it('people and rooms by spotlight', async () => {
    const find = async (query: string, more = '', who = ann) =>
      (await who.get(`spotlight?query=${encodeURIComponent(query)}${more}`)).body
    expect(usernames((await find('@bob')).users)).toEqual(['bob'])
    expect((await find('@bob')).rooms).toEqual([])
    expect((await find('#gen')).rooms).toMatchObject([{ _id: 'GENERAL', t: 'c', name: 'general' }])
    expect((await find('bob', `&type=${json({ users: false })}`)).users).toEqual([])
    expect((await find('@bob', '&usernames=bob')).users).toEqual([])
    const { rid } = (await ann.post('im.create', { username: 'ann' })).body.room
    expect((await find('@bob', `&rid=${rid}`)).users).toMatchObject([{ outside: true }])
    expect(await find('bob', '', test.anonymous)).toMatchObject({ users: [], rooms: [] })
    expect(refusal(await ann.get('spotlight'))).toEqual([400, 'error-invalid-params'])
  })

  it('people and channels in the directory', async () => {
    const find = (query: string, who = ann) => who.get(`directory?${query}`)
    const people = (await find('type=users&text=bob')).body
    expect(people).toMatchObject({ result: [{ username: 'bob' }], count: 1, offset: 0, total: 1 })
    expect(people.result[0]).not.toHaveProperty('emails')
    expect((await find('type=users&text=bob', test.admin)).body.result[0]).toHaveProperty('emails')
    expect((await find('type=channels&text=gen')).body.result).toMatchObject([{ _id: 'GENERAL' }])
    expect((await find('type=teams')).body.total).toBe(0)
    expect((await find(`type=users&sort=${json({ name: 1, username: 1 })}`)).body.error).toMatch(
      /one/,
    )
    expect(refusal(await find('type=planets'))).toEqual([400, 'error-invalid-params'])
  })
})

describe('what a client asks for at its start', () => {
  it('is answered, empty where the workspace has none', async () => {
    const permissions = (await ann.get('permissions.listAll')).body
    expect(permissions.remove).toEqual([])
    expect(permissions.update).toContainEqual({
      _id: 'pin-message',
      roles: ['admin', 'owner', 'moderator'],
      _updatedAt: expect.any(String),
    })
    const later = new Date(Date.now() + 60_000).toISOString()
    expect((await ann.get(`permissions.listAll?updatedSince=${later}`)).body.update).toEqual([])
    expect((await ann.get('permissions.listAll?updatedSince=x')).status).toBe(400)
    const { roles } = (await ann.get('roles.list')).body
    expect(roles).toContainEqual(expect.objectContaining({ _id: 'owner', scope: 'Subscriptions' }))
    expect((await ann.get('emoji-custom.list')).body.emojis).toEqual({ update: [], remove: [] })
    expect((await ann.get('custom-user-status.list')).body.statuses).toEqual([])
    const ids = 'FileUpload_MaxFileSize,Accounts_Password_Policy_Enabled,VideoConf_Enable_DMs'
    expect((await ann.get(`settings.public?_id=${ids}`)).body.total).toBe(3)
    expect((await test.anonymous.get('permissions.listAll')).status).toBe(401)
  })
})
