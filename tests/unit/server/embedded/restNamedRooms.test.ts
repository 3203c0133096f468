// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument */
import { refusal } from './refusals'
import { type RestClient, type TestServer, usePeople } from './support'

let test: TestServer
let ann: RestClient
let bob: RestClient
let eve: RestClient

usePeople(['ann', 'bob', 'eve'], (opened) => ({ test, ann, bob, eve } = opened))

const names = (list: { name: string }[]) => list.map((one) => one.name)
let count = 0
const create = async (family: string, members = ['bob']) => {
  const name = `${family}-${(count += 1)}`
  const { body } = await ann.post(`${family}.create`, { name, members })
  return { name, rid: (body.channel ?? body.group)._id as string }
}

describe.each([
  ['channels', 'channel'],
  ['groups', 'group'],
])('%s', (family, word) => {
  it('are told by id or name, and only to who may see them', async () => {
    const { name, rid } = await create(family)
    const byId = await bob.get(`${family}.info?roomId=${rid}`)
    expect(byId.body[word]).toMatchObject({ _id: rid, name, usersCount: 2 })
    expect((await bob.get(`${family}.info?roomName=${name}`)).body[word]._id).toBe(rid)
    expect(refusal(await bob.get(`${family}.info?roomId=nowhere`))).toEqual([
      400,
      'error-room-not-found',
    ])
    expect(refusal(await bob.get(`${family}.info`))).toEqual([
      400,
      'error-roomid-param-not-provided',
    ])
    expect(refusal(await bob.get(`${family}.info?roomId=${rid}&x=1`))).toEqual([
      400,
      'error-invalid-params',
    ])
    const stranger = await eve.get(`${family}.info?roomId=${rid}`)
    expect(stranger.status).toBe(family === 'channels' ? 200 : 400)
  })

  it('list their members by name, role and state', async () => {
    const { rid } = await create(family, ['bob', 'eve'])
    const list = (query = '') => ann.get(`${family}.members?roomId=${rid}${query}`)
    expect((await list()).body).toMatchObject({
      members: [{ username: 'ann' }, { username: 'bob' }, { username: 'eve' }],
      count: 3,
      offset: 0,
      total: 3,
    })
    expect((await list('&filter=EV')).body.members).toMatchObject([{ username: 'eve' }])
    expect((await list('&sort={"username":-1}&count=1')).body.members).toMatchObject([
      { username: 'eve' },
    ])
    expect((await list('&status[]=online')).body.total).toBe(0)
    expect((await list('&status=offline')).body.total).toBe(3)
    expect(refusal(await list('&sort=up'))).toEqual([400, 'error-invalid-sort'])
    const person = { roomId: rid, userId: eve.userId }
    expect((await ann.post(`${family}.addModerator`, person)).status).toBe(200)
    const roles = (await bob.get(`${family}.roles?roomId=${rid}`)).body.roles
    expect(roles).toMatchObject([
      { rid, u: { username: 'ann' }, roles: ['owner'] },
      { rid, u: { username: 'eve' }, roles: ['moderator'] },
    ])
    expect((await bob.get(`${family}.moderators?roomId=${rid}`)).body.moderators).toEqual([
      { _id: eve.userId, username: 'eve', name: 'EVE' },
    ])
    const ordered = await bob.get(`rooms.membersOrderedByRole?roomId=${rid}`)
    expect(ordered.body.members).toMatchObject([
      { username: 'ann', roles: ['owner'] },
      { username: 'eve', roles: ['moderator'] },
      { username: 'bob' },
    ])
    expect((await bob.get(`${family}.online?_id=${rid}`)).body.online).toEqual([])
  })

  it.each(['Owner', 'Moderator', 'Leader'])('give and take the role %s', async (role) => {
    const { rid } = await create(family)
    const person = { roomId: rid, username: 'bob' }
    const name = role.toLowerCase()
    expect(refusal(await bob.post(`${family}.add${role}`, person))).toEqual([
      400,
      'error-not-allowed',
    ])
    expect((await ann.post(`${family}.add${role}`, person)).body).toEqual({ success: true })
    expect(refusal(await ann.post(`${family}.add${role}`, person))).toEqual([
      400,
      `error-user-already-${name}`,
    ])
    expect((await ann.post(`${family}.remove${role}`, person)).body).toEqual({ success: true })
    expect(refusal(await ann.post(`${family}.remove${role}`, person))).toEqual([
      400,
      `error-user-not-${name}`,
    ])
    expect(refusal(await ann.post(`${family}.add${role}`, { roomId: rid }))).toEqual([
      400,
      'error-user-param-not-provided',
    ])
    expect(
      refusal(await ann.post(`${family}.add${role}`, { roomId: rid, username: 'ghost' })),
    ).toEqual([400, 'error-invalid-user'])
    expect(
      refusal(await ann.post(`${family}.add${role}`, { roomId: rid, username: 'eve' })),
    ).toEqual([400, 'error-user-not-in-room'])
  })

  it('keep at least one owner', async () => {
    const { rid } = await create(family)
    const own = { roomId: rid, username: 'ann' }
    expect(refusal(await ann.post(`${family}.removeOwner`, own))).toEqual([
      400,
      'error-remove-last-owner',
    ])
    expect(refusal(await ann.post(`${family}.leave`, { roomId: rid }))).toEqual([
      400,
      'error-you-are-last-owner',
    ])
    await ann.post(`${family}.addOwner`, { roomId: rid, username: 'bob' })
    expect((await ann.post(`${family}.leave`, { roomId: rid })).status).toBe(200)
    expect(refusal(await bob.post(`${family}.kick`, { roomId: rid, username: 'bob' }))).toEqual([
      400,
      'error-you-are-last-owner',
    ])
  })

  it('take in and put out people', async () => {
    const { rid } = await create(family)
    const invited = await ann.post(`${family}.invite`, {
      roomId: rid,
      usernames: ['eve', 'ghost'],
    })
    expect(invited.body[word].usersCount).toBe(3)
    expect(refusal(await ann.post(`${family}.invite`, { roomId: rid }))).toEqual([
      400,
      family === 'channels' ? 'invalid-user-invite-list' : 'error-empty-invite-list',
    ])
    expect(
      refusal(await bob.post(`${family}.invite`, { roomId: rid, userId: eve.userId })),
    ).toEqual([400, 'error-not-allowed'])
    expect(refusal(await bob.post(`${family}.kick`, { roomId: rid, username: 'eve' }))).toEqual([
      400,
      'error-not-allowed',
    ])
    expect((await ann.post(`${family}.kick`, { roomId: rid, username: 'eve' })).status).toBe(200)
    expect(refusal(await ann.post(`${family}.kick`, { roomId: rid, username: 'eve' }))).toEqual([
      400,
      'error-user-not-in-room',
    ])
    expect((await bob.get(`rooms.isMember?roomId=${rid}&username=eve`)).body.isMember).toBe(false)
  })

  it('are renamed and described by who may edit them', async () => {
    const { rid, name } = await create(family)
    const set = (what: string, fields: object, who = ann) =>
      who.post(`${family}.${what}`, { roomId: rid, ...fields })
    expect((await set('setTopic', { topic: 'news' })).body).toMatchObject({ topic: 'news' })
    expect((await set('setTopic', { topic: 'news' })).body.error).toBe(
      `The ${word} topic is the same as what it would be changed to.`,
    )
    expect(refusal(await set('setTopic', { topic: 'mine' }, bob))).toEqual([
      400,
      'error-action-not-allowed',
    ])
    expect(refusal(await set('setTopic', { topic: 5 }))).toEqual([400, 'invalid-params'])
    expect((await set('setDescription', { description: 'd' })).body.description).toBe('d')
    expect((await set('setPurpose', { purpose: 'p' })).body.purpose).toBe('p')
    expect((await set('setPurpose', { purpose: 'p' })).status).toBe(400)
    expect((await set('setAnnouncement', { announcement: 'a' })).body.announcement).toBe('a')
    expect((await set('setAnnouncement', { announcement: 'a' })).status).toBe(200)
    expect((await set('setReadOnly', { readOnly: true })).body[word].ro).toBe(true)
    expect((await set('setReadOnly', { readOnly: true })).status).toBe(400)
    expect(
      (await set('setCustomFields', { customFields: { a: 1 } })).body[word].customFields,
    ).toEqual({ a: 1 })
    expect(refusal(await set('setDefault', { default: true }))).toEqual([
      400,
      'error-action-not-allowed',
    ])
    expect((await set('rename', { name })).status).toBe(400)
    expect(refusal(await set('rename', { name: 'general' }))).toEqual([
      400,
      'error-duplicate-channel-name',
    ])
    expect((await set('rename', { name: `${name}-new` })).body[word].name).toBe(`${name}-new`)
    expect((await set('setType', { type: family === 'channels' ? 'c' : 'p' })).status).toBe(400)
    expect(refusal(await set('setType', { type: 'x' }))).toEqual([400, 'invalid-params'])
    const other = family === 'channels' ? 'p' : 'c'
    expect((await set('setType', { type: other })).body[word].t).toBe(other)
  })

  it('are archived, closed, opened and deleted', async () => {
    const { rid, name } = await create(family)
    const room = { roomId: rid }
    expect((await bob.post(`${family}.open`, room)).body.error).toMatch(
      /is already open to the sender$/,
    )
    expect((await bob.post(`${family}.close`, room)).body).toEqual({ success: true })
    expect((await bob.post(`${family}.close`, room)).body.error).toMatch(
      /is already closed to the sender$/,
    )
    expect((await bob.post('rooms.open', room)).body).toEqual({ success: true })
    expect((await bob.post('rooms.open', room)).body).toEqual({ success: true })
    expect(refusal(await bob.post(`${family}.archive`, room))).toEqual([
      400,
      'error-not-authorized',
    ])
    expect((await ann.post(`${family}.archive`, room)).body).toEqual({ success: true })
    expect(refusal(await ann.post(`${family}.setTopic`, { ...room, topic: 'x' }))).toEqual([
      400,
      'error-room-archived',
    ])
    expect(refusal(await ann.post(`${family}.create`, { name }))).toEqual([
      400,
      'error-archived-duplicate-name',
    ])
    expect(refusal(await ann.post(`${family}.unarchive`, room))).toEqual([
      400,
      'error-not-authorized',
    ])
    expect((await test.admin.post(`${family}.unarchive`, room)).status).toBe(200)
    expect((await test.admin.post(`${family}.unarchive`, room)).body.error).toMatch(
      /is not archived$/,
    )
    expect(refusal(await bob.post(`${family}.delete`, room))).toEqual([400, 'error-not-allowed'])
    expect((await ann.post(`${family}.delete`, room)).body).toEqual({ success: true })
    expect(refusal(await ann.get(`${family}.info?roomId=${rid}`))).toEqual([
      400,
      'error-room-not-found',
    ])
  })

  it('show nothing of what was written to who only administrates them', async () => {
    const { rid } = await create(family)
    await ann.post('chat.sendMessage', { message: { rid, msg: 'between us' } })
    const word = family === 'groups' ? 'group' : 'channel'
    expect((await bob.get(`${family}.info?roomId=${rid}`)).body[word].lastMessage).toBeDefined()
    expect((await bob.get(`${family}.messages?roomId=${rid}`)).status).toBe(200)
    if (family === 'channels') return
    const card = (await test.admin.get(`${family}.info?roomId=${rid}`)).body[word]
    expect(card).toMatchObject({ _id: rid })
    expect(card.lastMessage).toBeUndefined()
    for (const list of ['messages', 'files']) {
      const answer = await test.admin.get(`${family}.${list}?roomId=${rid}`)
      expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized'])
    }
  })

  it('count what a member has not seen', async () => {
    const { rid } = await create(family)
    await ann.post('chat.sendMessage', { message: { rid, msg: 'hi @bob' } })
    expect((await bob.get(`${family}.counters?roomId=${rid}`)).body).toMatchObject({
      joined: true,
      members: 2,
      unreads: 1,
      msgs: 1,
      userMentions: 1,
    })
    expect(refusal(await bob.get(`${family}.counters?roomId=${rid}&userId=${ann.userId}`))).toEqual(
      [403, 'unauthorized'],
    )
    const nulls = (await test.admin.get(`${family}.counters?roomId=${rid}`)).body
    expect(nulls).toMatchObject({ joined: false, members: null, unreads: null })
  })
})

describe('lists of rooms', () => {
  it('show public channels to everybody and groups to their members', async () => {
    const { name } = await create('channels', [])
    const group = await create('groups', [])
    const all = (await bob.get('channels.list?count=0')).body
    expect(names(all.channels)).toContain(name)
    expect(all.total).toBe(all.channels.length)
    expect(names((await bob.get('channels.list.joined?count=0')).body.channels)).not.toContain(name)
    expect(names((await ann.get('channels.list.joined?count=0')).body.channels)).toContain(name)
    expect(names((await bob.get('groups.list?count=0')).body.groups)).not.toContain(group.name)
    expect(names((await ann.get('groups.list?count=0')).body.groups)).toContain(group.name)
    expect((await ann.get('groups.listAll')).status).toBe(403)
    expect(names((await test.admin.get('groups.listAll?count=0')).body.groups)).toContain(
      group.name,
    )
    const sorted = names((await bob.get('channels.list?sort={"name":-1}')).body.channels)
    expect(sorted).toEqual([...sorted].sort().reverse())
    expect((await bob.get('channels.list?offset=1&count=1')).body).toMatchObject({
      count: 1,
      offset: 1,
    })
  })
})

describe('joining', () => {
  it('a channel needs its code when it has one', async () => {
    const { rid } = await create('channels', [])
    const join = (fields: object) => bob.post('channels.join', { roomId: rid, ...fields })
    const coded = await ann.post('channels.setJoinCode', { roomId: rid, joinCode: 'sesame' })
    expect(coded.body.channel).toMatchObject({ joinCodeRequired: true })
    expect(JSON.stringify(coded.body)).not.toContain('sesame')
    expect(refusal(await join({}))).toEqual([400, 'error-code-required'])
    expect(refusal(await join({ joinCode: 'x' }))).toEqual([400, 'error-code-invalid'])
    expect((await join({ joinCode: 'sesame' })).body.channel.usersCount).toBe(2)
    expect((await join({})).body.channel.usersCount).toBe(2)
    expect((await bob.post('channels.leave', { roomId: rid })).body.channel.usersCount).toBe(1)
    expect(refusal(await bob.post('channels.leave', { roomId: rid }))).toEqual([
      400,
      'error-user-not-in-room',
    ])
    expect((await test.admin.post('rooms.join', { roomId: rid })).body.room.usersCount).toBe(2)
    const group = await create('groups', [])
    expect(refusal(await bob.post('rooms.join', { roomId: group.rid }))).toEqual([
      400,
      'error-not-allowed',
    ])
    expect(refusal(await bob.post('rooms.join', { roomName: 'nowhere' }))).toEqual([
      400,
      'error-room-not-found',
    ])
  })

  it('of everybody is for administrators', async () => {
    const { rid } = await create('channels', [])
    expect((await ann.post('channels.addAll', { roomId: rid })).status).toBe(403)
    const added = await test.admin.post('channels.addAll', { roomId: rid, activeUsersOnly: true })
    expect(added.body.channel.usersCount).toBeGreaterThanOrEqual(4)
  })
})
