// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return */
import { openDdp, type DdpClient, type RestClient, type TestServer, usePeople } from './support'

let test: TestServer
let ann: RestClient
let bob: RestClient
let socket: DdpClient
let rid: string

afterAll(() => socket.close())
usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))
beforeAll(async () => {
  rid = (await ann.post('channels.create', { name: 'work' })).body.channel._id
  socket = await openDdp(test.server.url, ann)
  await socket.subscribe('stream-notify-user', `${ann.userId}/message`, false)
})

const run = (command: string, params = '', who = ann, roomId = rid) =>
  who.post('commands.run', { command, params, roomId })

const told = async (): Promise<string> =>
  (await socket.event('stream-notify-user', `${ann.userId}/message`)).fields.args[0].msg

const lastLine = async (roomId = rid) =>
  (await ann.get(`channels.history?roomId=${roomId}&count=1`)).body.messages[0]

const membersOf = async (name: string): Promise<string[]> =>
  (await ann.get(`channels.members?roomName=${name}`)).body.members
    .map((member: { username: string }) => member.username)
    .sort()

describe('the list of commands', () => {
  it('has all of Rocket.Chat, in pages and sorted', async () => {
    const { body } = await ann.get('commands.list?count=0')
    expect(body.appsLoaded).toBe(true)
    expect(body.commands.map((one: { command: string }) => one.command)).toEqual(
      `archive create gimme help hide invite invite-all-from invite-all-to join kick leave lennyface
       me msg mute open part shrug status tableflip topic unarchive unflip unmute`.split(/\s+/),
    )
    const page = (await ann.get('commands.list?count=2&offset=1&sort={"command":-1}')).body
    expect(page).toMatchObject({ count: 2, offset: 1, total: 24 })
    expect(page.commands[0].command).toBe('unflip')
  })

  it.each([
    ['commands.get?command=kick', 200, undefined],
    ['commands.get', 400, 'The query param "command" must be provided.'],
    ['commands.get?command=no', 400, 'There is no command in the system by the name of: no'],
  ])('%s answers %i', async (path, status, error) => {
    const answer = await ann.get(path)
    expect([answer.status, answer.body.error]).toEqual([status, error])
    if (status !== 200) return
    expect(answer.body.command).toEqual({
      command: 'kick',
      description: 'Remove_someone_from_room',
      params: '@username',
      permission: 'remove-user',
      clientOnly: false,
      providesPreview: false,
    })
  })
})

describe('a command is refused', () => {
  it.each([
    [{}, 'You must provide a command to run.'],
    [{ command: 'me', params: true }, 'The parameters for the command must be a single string.'],
    [
      { command: 'me' },
      "The room's id where to execute this command must be provided and be a string.",
    ],
    [{ command: 'no', roomId: 'GENERAL' }, 'The command provided does not exist (or is disabled).'],
    [
      { command: 'open', roomId: 'GENERAL' },
      'The command provided does not exist (or is disabled).',
    ],
    [
      { command: 'me', roomId: 'GENERAL', tmid: 1 },
      'The tmid parameter when provided must be a string.',
    ],
    [{ command: 'me', roomId: 'GENERAL', tmid: 'x' }, 'Invalid thread.'],
  ])('%j', async (body, error) => {
    const answer = await ann.post('commands.run', body)
    expect([answer.status, answer.body.error]).toEqual([400, error])
  })

  it('to strangers and to those without the permission', async () => {
    const secret = (await ann.post('groups.create', { name: 'secret' })).body.group._id
    expect((await run('me', 'x', bob, secret)).status).toBe(403)
    await run('join', '#work', bob)
    const refused = await run('kick', '@ann', bob)
    expect([refused.status, refused.body.errorType]).toEqual([400, 'error-not-allowed'])
    expect((await test.anonymous.post('commands.run', {})).status).toBe(401)
  })
})

describe('commands that say something', () => {
  it.each([
    ['me', 'waves', '_waves_'],
    ['shrug', 'well', 'well ¯\\\\_(ツ)_/¯'],
    ['shrug', '', '¯\\\\_(ツ)_/¯'],
    ['gimme', 'tea', '༼ つ ◕_◕ ༽つ tea'],
    ['lennyface', 'hi', 'hi ( ͡° ͜ʖ ͡°)'],
    ['tableflip', '', '(╯°□°）╯︵ ┻━┻'],
    ['unflip', '', '┬─┬ ノ( ゜-゜ノ)'],
  ])('/%s %s', async (command, params, msg) => {
    expect((await run(command, params)).body).toEqual({ success: true })
    expect((await lastLine()).msg).toBe(msg)
  })

  it('speak in the thread that they were given in', async () => {
    const root = (await ann.post('chat.sendMessage', { message: { rid, msg: 'root' } })).body
      .message
    await ann.post('commands.run', { command: 'me', params: 'nods', roomId: rid, tmid: root._id })
    const { messages } = (await ann.get(`chat.getThreadMessages?tmid=${root._id}`)).body
    expect(messages[0].msg).toBe('_nods_')
  })

  it('/msg writes to a person, /status changes the own text, /help explains', async () => {
    await run('msg', '@bob hello there')
    const { ims } = (await bob.get('im.list')).body
    expect(ims[0].lastMessage.msg).toBe('hello there')
    await run('msg', '@ghost hello')
    expect(await told()).toBe('No user with username "ghost" was found!')
    await run('status', 'busy bee')
    expect(await told()).toBe('Status message changed successfully!')
    expect((await ann.get('me')).body.statusText).toBe('busy bee')
    await run('help')
    expect(await told()).toContain('Shift + Enter')
  })
})

describe('commands about rooms and people', () => {
  it('/create makes rooms, /invite, /kick, /mute and /unmute act on people', async () => {
    await run('create', '#crew')
    const crew = (await ann.get('channels.info?roomName=crew')).body.channel._id
    await run('create', '#crew')
    expect(await told()).toBe('A channel with the name "#crew" already exists.')
    await run('create', 'private den')
    expect((await ann.get('groups.info?roomName=den')).status).toBe(200)
    await run('invite', '@bob @ghost', ann, crew)
    expect(await told()).toBe('No user with username "ghost" was found!')
    expect(await membersOf('crew')).toEqual(['ann', 'bob'])
    await run('invite', 'bob', ann, crew)
    expect(await told()).toBe('@bob is already in here.')
    await run('mute', '@bob', ann, crew)
    expect((await run('me', 'x', bob, crew)).status).toBe(200)
    expect((await lastLine(crew)).t).toBe('user-muted')
    await run('unmute', '@bob', ann, crew)
    await run('kick', '@bob', ann, crew)
    expect(await membersOf('crew')).toEqual(['ann'])
    await run('kick', '@bob', ann, crew)
    expect(await told()).toBe('User @bob is not in this room.')
    await run('invite-all-from', '#work', ann, crew)
    expect(await told()).toBe('Users added.')
    expect(await membersOf('crew')).toEqual(['ann', 'bob'])
    await run('invite-all-to', '#nowhere', ann, crew)
    expect(await told()).toBe('No channel with name "#nowhere" was found!')
  })

  it('/topic, /hide, /join, /leave, /archive and /unarchive do as they say', async () => {
    await run('topic', 'Plans')
    expect((await lastLine()).msg).toBe('Plans')
    await run('hide')
    const read = () => ann.get(`subscriptions.getOne?roomId=${rid}`)
    expect((await read()).body.subscription.open).toBe(false)
    const club = (await bob.post('channels.create', { name: 'club' })).body.channel._id
    await run('join', '#club')
    await run('join', '#club')
    expect(await told()).toBe('You are already in the channel')
    await run('leave', '', ann, club)
    expect(await membersOf('club')).toEqual(['bob'])
    await run('part')
    expect(await told()).toContain('You are the last owner')
    await run('archive', '#work')
    expect(await told()).toBe('Channel with name #work has been archived successfully!')
    expect((await run('unarchive')).body.errorType).toBe('error-not-allowed')
    await run('unarchive', '#work', test.admin)
    expect((await ann.get('channels.info?roomName=work')).body.channel.archived).not.toBe(true)
  })
})

describe('previews of commands', () => {
  it.each([
    ['command=me&roomId=GENERAL', 200, undefined],
    ['command=no&roomId=GENERAL', 400, 'The command provided does not exist (or is disabled).'],
    ['roomId=GENERAL', 400, 'You must provide a command to run.'],
    ['command=me&roomId=nowhere', 403, 'unauthorized'],
  ])('for %s', async (query, status, error) => {
    const answer = await ann.get(`commands.preview?${query}`)
    expect([answer.status, answer.body.error]).toEqual([status, error])
    if (status === 200) expect(answer.body.preview).toBeNull()
  })

  it('are not chosen where there are none', async () => {
    const previewItem = { id: '1', type: 'text', value: 'x' }
    const body = { command: 'me', roomId: rid, params: '', previewItem }
    expect((await ann.post('commands.preview', body)).status).toBe(400)
  })
})
