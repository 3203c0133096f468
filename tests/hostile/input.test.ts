// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument */
import { request } from 'node:http'
import type { Json } from '../unit/server/embedded/support'
import { longestPause, mebibyte, openArena, type Arena } from './arena'

jest.setTimeout(120_000)

let arena: Arena
let rid: string
beforeAll(async () => {
  arena = await openArena()
  const { body } = await arena.mallory.post('channels.create', { name: 'playground' })
  rid = body.channel._id
})
afterAll(() => arena.close())

const poisons = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"prototype":{"polluted":true}}',
]

const isPolluted = (): boolean =>
  'polluted' in {} || 'polluted' in [] || 'polluted' in (() => undefined)

/** A request whose path is sent as it stands: other clients tidy up `..` before they send. */
const fetchRaw = (path: string): Promise<[number, string]> =>
  new Promise((resolve, reject) => {
    const headers = { 'x-auth-token': arena.mallory.token, 'x-user-id': arena.mallory.userId }
    const { port } = arena.test.server
    const asked = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve([response.statusCode ?? 0, Buffer.concat(chunks).toString()]),
      )
    })
    asked.on('error', reject)
    asked.end()
  })

describe('keys that poison prototypes', () => {
  it.each(poisons)('%s in a REST body changes no object', async (poison) => {
    for (const body of [
      poison,
      `{"message":{"rid":"${rid}","msg":"x","customFields":${poison}}}`,
      `{"message":{"rid":"${rid}","msg":"x","attachments":[${poison}]}}`,
    ]) {
      await arena.mallory.post('chat.sendMessage', body)
      expect(isPolluted()).toBe(false)
    }
    await arena.mallory.post(
      'channels.setCustomFields',
      `{"roomId":"${rid}","customFields":${poison}}`,
    )
    await arena.mallory.post('users.setPreferences', `{"data":${poison}}`)
    await arena.mallory.get('rooms.get')
    expect(isPolluted()).toBe(false)
  })

  it.each(poisons)('%s in a DDP frame changes no object', async (poison) => {
    const socket = await arena.open()
    for (const params of [
      `[{"rid":"${rid}","msg":"x","customFields":${poison}}]`,
      `[${poison}]`,
      `[{"$escape":${poison}}]`,
      `[{"$type":"oid","$value":${poison}}]`,
    ]) {
      socket.send(`{"msg":"method","id":"1","method":"sendMessage","params":${params}}`)
    }
    socket.send(`{"msg":"sub","id":"2","name":"__proto__","params":[${poison}]}`)
    await socket.call('rooms/get')
    expect(isPolluted()).toBe(false)
    socket.close()
  })

  it('as names of methods, streams, events, settings and reactions are only unknown names', async () => {
    const socket = await arena.open()
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
      expect((await socket.call(name)).error).toMatchObject({ error: 404 })
      expect((await socket.subscribe(name)).error).toMatchObject({ error: 404 })
      expect((await socket.subscribe(`stream-${name}`, 'x')).error).toMatchObject({ error: 404 })
      expect((await socket.subscribe('stream-notify-room', name)).error).toMatchObject({
        error: 'not-allowed',
      })
      expect((await arena.mallory.get(`settings.public?_id=${name}`)).body.settings).toEqual([])
      const messageId = (
        await arena.mallory.post('chat.sendMessage', { message: { rid, msg: 'react to me' } })
      ).body.message._id
      await arena.mallory.post('chat.react', { messageId, emoji: name })
      const { body } = await arena.mallory.get(`chat.getMessage?msgId=${messageId}`)
      expect(Object.keys(body.message.reactions ?? {})).toEqual(
        name.startsWith('_') ? expect.anything() : [`:${name}:`],
      )
    }
    expect(isPolluted()).toBe(false)
    socket.close()
  })
})

const climbs = [
  '../../../../etc/passwd',
  '..%2f..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '....//....//etc/passwd',
  '..\\..\\..\\etc\\passwd',
  '..%5c..%5cetc%5cpasswd',
  '%00/etc/passwd',
  'x%00.png',
  'rocketchat.db',
  '/etc/passwd',
  '//etc/passwd',
]

describe('paths that climb out', () => {
  it.each(climbs)('%s finds no file', async (climb) => {
    for (const folder of [
      '/avatar/',
      '/avatar/room/',
      '/avatar/uid/',
      '/file-upload/',
      '/file-upload/x/',
      '/ufs/GridFS:Uploads/x/',
      '/emoji-custom/',
      '/assets/',
      '/api/v1/',
      '/api/v1/method.call/',
      '/api/v1/rooms.media/',
      '/',
    ]) {
      const [status, text] = await fetchRaw(folder + climb)
      expect({ folder, status, leaked: /root:|SQLite format/.test(text) }).toEqual({
        folder,
        status: expect.any(Number),
        leaked: false,
      })
      expect(status).toBeLessThan(500)
    }
  })

  it.each(climbs)('%s as a name in a body finds no file', async (climb) => {
    const name = decodeURIComponent(climb)
    for (const [path, body] of [
      ['channels.create', { name }],
      ['users.setAvatar', { avatarUrl: `file://${name}` }],
      ['users.updateOwnBasicInfo', { data: { username: name } }],
      ['chat.sendMessage', { message: { rid, msg: 'x', attachments: [{ image_url: name }] } }],
    ] as const) {
      const { status, body: answer } = await arena.mallory.post(path, body)
      expect({ path, refused: status >= 400 && status < 500, answer }).toMatchObject({ path })
      expect(status).toBeLessThan(500)
    }
  })
})

describe('JSON that is too much', () => {
  const deep = (open: string, close: string, levels: number): string =>
    open.repeat(levels) + '1' + close.repeat(levels)

  it.each([
    ['lists', deep('[', ']', 100_000)],
    ['objects', deep('{"a":', '}', 100_000)],
    ['lists beyond the limit of depth', deep('[', ']', 65)],
  ])('is refused over REST when it is deep: %s', async (_kind, text) => {
    const { status, body } = await arena.mallory.post('chat.sendMessage', text)
    expect({ status, success: body.success }).toEqual({ status: 400, success: false })
  })

  it.each([
    ['lists', deep('[', ']', 100_000)],
    ['objects', deep('{"a":', '}', 100_000)],
  ])('is refused over DDP when it is deep: %s', async (_kind, text) => {
    const socket = await arena.open()
    socket.send(`{"msg":"method","id":"1","method":"sendMessage","params":${text}}`)
    expect(await socket.next((frame) => frame.msg === 'error')).toMatchObject({ msg: 'error' })
    expect((await socket.call('rooms/get')).error).toBeUndefined()
    socket.close()
  })

  it('is refused with 413 when it is long, without being kept', async () => {
    const long = JSON.stringify({ message: { rid, msg: 'x'.repeat(4 * mebibyte) } })
    const post = () => arena.mallory.post('chat.sendMessage', long)
    const attack = async (): Promise<void> => {
      const answers = await Promise.all(Array.from({ length: 10 }, post))
      expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(413))
    }
    // The first round warms up what sends the requests, which is in this process too.
    await attack()
    arena.growth()
    const report = await arena.witness(attack())
    expect(report.slowest).toBeLessThan(3000)
    expect(arena.growth()).toBeLessThan(100 * mebibyte)
  })

  it('may be wide within the limit and delays nobody for long', async () => {
    const wide = `{"message":{"rid":"${rid}","msg":"x","customFields":{${Array.from(
      { length: 5000 },
      (_, index) => `"k${index}":${index}`,
    ).join(',')}}}}`
    const attack = Promise.all(
      Array.from({ length: 10 }, () => arena.mallory.post('chat.sendMessage', wide)),
    )
    const report = await arena.witness(attack)
    for (const { status } of await attack) expect(status).toBeLessThan(500)
    expect(report.slowest).toBeLessThan(3000)
  })
})

describe('texts that are not well-formed', () => {
  it.each(['\\ud800', '\\udfff\\ud800', 'a\\u0000b', '\\u202e\\u2066', '\\uffff\\ufffe'])(
    '%s is stored and comes back as valid text',
    async (escaped) => {
      const { status, body } = await arena.mallory.post(
        'chat.sendMessage',
        `{"message":{"rid":"${rid}","msg":"x${escaped}y"}}`,
      )
      expect(status).toBe(200)
      const again = await arena.mallory.get(`chat.getMessage?msgId=${body.message._id as string}`)
      expect(again.body.message.msg).toMatch(/^x[^]*y$/)
      const socket = await arena.open()
      const history = (await socket.call('loadHistory', rid)).result as Json
      expect(history.messages.length).toBeGreaterThan(0)
      socket.close()
    },
  )
})

describe('searches that take for ever elsewhere', () => {
  const bombs = [
    '/(a+)+$/',
    '/(a|a)*b/',
    '/(.*a){25}/',
    '/^(([a-z])+.)+[A-Z]([a-z])+$/',
    '/((a{1,100}){1,100}){1,100}/',
    '/(?=(a+))\\1b/',
    '/[/',
    `/${'('.repeat(1000)}/`,
    '(a+)+$',
    '"'.repeat(500),
    'a OR '.repeat(300),
    '* NEAR( "',
  ]
  beforeAll(async () => {
    for (let index = 0; index < 20; index += 1) {
      const message = { rid, msg: `${'a'.repeat(3000)} ${index}!` }
      await arena.mallory.post('chat.sendMessage', { message })
    }
  })

  it.each(bombs)('(%#) are answered in no time', async (bomb) => {
    let status = 0
    const pause = await longestPause(async () => {
      const path = `chat.search?roomId=${rid}&searchText=${encodeURIComponent(bomb)}`
      ;({ status } = await arena.mallory.get(path))
    })
    expect(status === 200 || status === 400).toBe(true)
    expect(pause).toBeLessThan(2000)
  })
})

describe('message texts that are hard to parse', () => {
  it.each([
    '*_~'.repeat(1600),
    '['.repeat(5000),
    '**'.repeat(2500),
    '> '.repeat(2500),
    '`'.repeat(5000),
    ':a'.repeat(2500),
    '@a '.repeat(1600),
    'http://'.repeat(700),
    '*a_b~'.repeat(900),
    '||'.repeat(2500),
    '\n- '.repeat(1600),
    '_('.repeat(2400),
  ])('(%#) delay nobody for long', async (msg) => {
    let status = 0
    const pause = await longestPause(async () => {
      ;({ status } = await arena.mallory.post('chat.sendMessage', { message: { rid, msg } }))
    })
    expect(status).toBe(200)
    // About 50 ms on an idle machine; without its bound the parser needs up to two seconds for the worst.
    expect(pause).toBeLessThan(1000)
  })
})
