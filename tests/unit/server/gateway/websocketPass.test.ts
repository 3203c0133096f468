import WebSocket from 'ws'
import { agentPassword } from './fakeChat'
import { logout, startHarness, type Harness } from './harness'

let harness: Harness
let sockets: WebSocket[]
beforeEach(async () => {
  harness = await startHarness()
  sockets = []
})
afterEach(async () => {
  for (const socket of sockets) socket.terminate()
  await harness.close()
})

function open(path = '/websocket', headers: Record<string, string> = {}): WebSocket {
  const socket = new WebSocket(`${harness.gateway.url.replace('http', 'ws')}${path}`, { headers })
  sockets.push(socket)
  return socket
}

const once = (socket: WebSocket, event: string) =>
  new Promise<void>((resolve) => socket.once(event, () => resolve()))

const refusal = (socket: WebSocket) =>
  new Promise<number>((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => undefined)
  })

describe('/websocket', () => {
  it('passes frames in both directions unchanged and in order', async () => {
    const socket = open()
    await once(socket, 'open')
    const sent = [
      '{"msg":"connect"}',
      '{"msg":"sub","id":"会议 😀","name":"x","params":[]}',
      `{"msg":"ping","id":"${'x'.repeat(1_000_000)}"}`,
      '{"msg":"pong"}',
    ]
    const received: string[] = []
    const isComplete = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        received.push((data as Buffer).toString('utf8'))
        if (received.length === sent.length) resolve()
      })
    })
    for (const text of sent) socket.send(text)
    await isComplete
    expect(received).toEqual(sent)
  })

  it('tells the chat server the real address and none of the client’s credentials', async () => {
    await once(
      open('/websocket', {
        cookie: 'rc_token=x',
        authorization: 'Bearer x',
        'x-forwarded-for': '6.6.6.6',
      }),
      'open',
    )
    const { headers } = harness.chat.seen.at(-1)!
    expect(headers['x-forwarded-for']).toBe('127.0.0.1')
    expect(headers).not.toHaveProperty('cookie')
    expect(headers).not.toHaveProperty('authorization')
  })

  it('accepts its own origin, configured ones and mini-programs', async () => {
    await harness.restart({ corsOrigins: ['https://app.example.com'] })
    const own = harness.gateway.url
    for (const origin of [own, 'https://app.example.com', 'https://servicewechat.com']) {
      await once(open('/websocket', { origin }), 'open')
    }
  })

  it.each(['https://evil.example.com', 'null', 'http://127.0.0.1.evil.example.com'])(
    'refuses a page of %s',
    async (origin) => {
      expect(await refusal(open('/websocket', { origin }))).toBe(403)
    },
  )

  it.each(['/', '/sockjs/websocket', '/websocket/x', '/api/v1/me'])(
    'refuses a socket at %s',
    async (path) => {
      expect(await refusal(open(path))).toBe(404)
    },
  )

  it('answers 503 while the chat server is down', async () => {
    await harness.chat.close()
    expect(await refusal(open())).toBe(503)
  })

  it('closes the client’s socket when the chat server goes away', async () => {
    const socket = open()
    await once(socket, 'open')
    const closed = once(socket, 'close')
    await harness.chat.close()
    await closed
  })

  it('lets the gateway stop while sockets are open', async () => {
    const socket = open()
    await once(socket, 'open')
    const closed = once(socket, 'close')
    await harness.restart()
    await closed
  })

  const method = (name: string, ...params: unknown[]) =>
    JSON.stringify({ msg: 'method', id: name, method: name, params })
  /** What was answered or, by the fake chat server, sent back. */
  const answersTo = async (...texts: string[]) => {
    const socket = open()
    const received: Record<string, unknown>[] = []
    const isLast = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        const frame = JSON.parse((data as Buffer).toString('utf8')) as Record<string, unknown>
        if (frame.id === 'last') resolve()
        else received.push(frame)
      })
    })
    await once(socket, 'open')
    for (const text of [...texts, '{"msg":"ping","id":"last"}']) socket.send(text)
    await isLast
    return received
  }

  it('takes a sign-in with a token that this gateway has issued, and with no other', async () => {
    const { authToken } = await harness.open('alice')
    harness.chat.tokens.set('token-of-a-direct-login', 'agentId')
    const good = method('login', { resume: authToken })
    const [passed] = await answersTo(good)
    expect(passed).toEqual(JSON.parse(good))
    const refused = [
      [{ resume: 'token-of-a-direct-login' }],
      [{ user: { username: 'im-agent' }, password: agentPassword }],
      [{ resume: authToken, user: { username: 'im-agent' }, password: agentPassword }],
      [{ resume: { $ne: null } }],
      [{ resume: authToken }, { resume: 'x' }],
      [null],
      [],
    ]
    for (const params of refused) {
      const [answer] = await answersTo(method('login', ...params))
      expect(answer).toMatchObject({ msg: 'result', id: 'login', error: { error: 403 } })
    }
  })

  it('takes no sign-in after a sign-out', async () => {
    const { bearer, authToken } = await harness.open('alice')
    await logout(harness, bearer)
    const [answer] = await answersTo(method('login', { resume: authToken }))
    expect(answer).toMatchObject({ msg: 'result', error: { error: 403 } })
  })

  it('lets through the calls that REST and live rooms need, and answers the others itself', async () => {
    const passing = ['stream-notify-room', 'UserPresence:away', 'loadSurroundingMessages']
    for (const name of passing) {
      expect(await answersTo(method(name))).toEqual([JSON.parse(method(name))])
    }
    for (const name of ['insertOrUpdateUser', 'saveSettings', 'registerUser', 'Login', '']) {
      const [answer] = await answersTo(method(name))
      expect(answer).toMatchObject({ msg: 'result', error: { error: 'error-not-allowed' } })
    }
  })

  it('reads a frame as the chat server does, whatever is in it twice', async () => {
    const twice = '{"msg":"method","id":"1","method":"loadHistory","method":"saveSettings"}'
    const [answer] = await answersTo(twice)
    expect(answer).toMatchObject({ error: { error: 'error-not-allowed' } })
    const [sent] = await answersTo('{"msg":"method","msg":"ping","id":"2","method":"saveSettings"}')
    expect(sent).toEqual({ msg: 'ping', id: '2', method: 'saveSettings' })
  })

  it.each([
    ['no JSON', 'hello'],
    ['no object', '[1]'],
    ['no kind', '{}'],
    ['an unknown kind', '{"msg":"changed"}'],
    ['a call without an id', '{"msg":"method","method":"loadHistory"}'],
    ['bytes', Buffer.from('{"msg":"ping"}')],
  ])('ends with a frame that is %s', async (_name, frame) => {
    const socket = open()
    await once(socket, 'open')
    const code = new Promise<number>((resolve) => socket.once('close', resolve))
    socket.send(frame)
    expect(await code).toBe(1008)
  })

  it('keeps the order while a sign-in is being looked at', async () => {
    const { authToken } = await harness.open('alice')
    const texts = [method('login', { resume: authToken }), '{"msg":"sub","id":"s1"}']
    expect(await answersTo(...texts)).toEqual(texts.map((text) => JSON.parse(text) as unknown))
  })
})
