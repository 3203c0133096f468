import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import WebSocket from 'ws'
import { readyText } from '../../../server/banner'
import { readConfig } from '../../../server/config'
import { demoPeople } from '../../../server/demo/people'
import { createLogger } from '../../../server/gateway/logging'
import { startAll, type RunningServers } from '../../../server/startAll'

const silent = createLogger('silent')

let folder: string
let running: RunningServers | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-'))
})
afterEach(async () => {
  await running?.close()
  running = undefined
  rmSync(folder, { recursive: true, force: true })
})

const configOf = (env: Record<string, string> = {}) =>
  readConfig(
    { PORT: '0', EMBEDDED_PORT: '0', HOST: '127.0.0.1', DATA_DIR: join(folder, 'data'), ...env },
    folder,
  )

const start = async (env?: Record<string, string>) => {
  running = await startAll(configOf(env), silent)
  return running
}

type SignIn = { accessToken: string }
type Chat = { userId: string; authToken: string; username: string; realtime: { url: string } }
type Frame = { msg: string; result?: unknown }
type Session = { headers: Record<string, string>; username: string; body: Chat }

async function signIn(url: string, username: string): Promise<Session> {
  const person = demoPeople.find((one) => one.username === username)!
  const post = async <T>(path: string, body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return ((await response.json()) as { result: T }).result
  }
  const account = { userNameOrEmailAddress: username, password: person.password }
  const { accessToken } = await post<SignIn>('/api/TokenAuth/Authenticate', account)
  const authorization = `Bearer ${accessToken}`
  const session = await post<Chat>('/api/services/app/Im/Authenticate', {}, { authorization })
  return {
    headers: { authorization, 'x-user-id': session.userId, 'x-auth-token': session.authToken },
    username: session.username,
    body: session,
  }
}

const get = async (url: string, headers: Record<string, string>) => {
  const response = await fetch(url, { headers })
  return {
    status: response.status,
    body: (await response.json()) as { update: unknown[]; username: string },
  }
}

describe('gateway and embedded chat server together', () => {
  it('signs every demo person in to the chat account of the demo data', async () => {
    const { url } = await start()
    for (const { username } of demoPeople) {
      const session = await signIn(url, username)
      expect(session.username).toBe(username)
      const { status, body } = await get(`${url}/api/v1/subscriptions.get`, session.headers)
      expect(status).toBe(200)
      expect(body.update.length).toBeGreaterThan(0)
    }
  })

  it('gives avatars to people who are signed in, and refuses administration to them', async () => {
    const { url } = await start()
    const { headers } = await signIn(url, 'alice')
    const avatar = await fetch(`${url}/avatar/bob`, { headers })
    expect(avatar.status).toBe(200)
    expect(avatar.headers.get('content-type')).toMatch(/^image\//)
    expect((await fetch(`${url}/avatar/bob`)).status).toBe(401)
    const response = await fetch(`${url}/api/v1/users.create`, { method: 'POST', headers })
    expect(response.status).toBe(403)
  })

  it('passes DDP through to the chat server', async () => {
    const { url } = await start()
    const { body } = await signIn(url, 'alice')
    const socket = new WebSocket(`${url.replace('http', 'ws')}${body.realtime.url}`)
    const result = new Promise<Frame>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('message', (data) => {
        const frame = JSON.parse((data as Buffer).toString('utf8')) as Frame
        if (frame.msg === 'connected') {
          const params = [{ resume: body.authToken }]
          socket.send(JSON.stringify({ msg: 'method', id: '1', method: 'login', params }))
        }
        if (frame.msg === 'result') resolve(frame)
      })
    })
    socket.on('open', () => socket.send('{"msg":"connect","version":"1","support":["1"]}'))
    expect((await result).result).toMatchObject({ id: body.userId, type: 'resume' })
    socket.terminate()
  })

  it('keeps everybody signed in over a restart', async () => {
    const first = await start()
    const { headers } = await signIn(first.url, 'bob')
    await first.close()
    const second = await start()
    const { status, body } = await get(`${second.url}/api/v1/me`, headers)
    expect([status, body.username]).toEqual([200, 'bob'])
  })

  it('works against another Rocket.Chat by its address', async () => {
    const chat = await start()
    const other = await startAll(
      configOf({ IM_ADDRESS: chat.embeddedUrl!, DATA_DIR: join(folder, 'other') }),
      silent,
    )
    try {
      expect(other.embeddedUrl).toBeUndefined()
      expect((await fetch(`${other.url}/healthz`)).status).toBe(200)
    } finally {
      await other.close()
    }
  })

  it('says at the start what will not work without an agent account or without anybody to sign in', async () => {
    const chat = await start()
    const config = configOf({ IM_ADDRESS: chat.embeddedUrl!, DATA_DIR: join(folder, 'other') })
    const other = await startAll(config, silent)
    try {
      const text = readyText(config, other)
      expect(text).not.toContain('alice-demo')
      expect(text).toContain('there is no agent account')
      expect(text).toContain('IM_AGENT_USER_ID and IM_AGENT_TOKEN')
      expect(text).toContain('nobody can sign in; set IM_IDENTITY')
      expect(await other.agentProblem).toBeUndefined()
      const answer = await fetch(`${other.url}/readyz`)
      expect(await answer.json()).toMatchObject({ checks: { agent: 'none' } })
    } finally {
      await other.close()
    }
    expect(readyText(configOf(), chat)).not.toContain('Warning')
    expect(await chat.agentProblem).toBeUndefined()
  })

  it.each([
    ['IM_AGENT_PASSWORD', { IM_AGENT_USERNAME: 'im-agent', IM_AGENT_PASSWORD: 'wrong' }],
    ['IM_AGENT_TOKEN', { IM_AGENT_USER_ID: 'nobody', IM_AGENT_TOKEN: 'wrong' }],
  ])('says that a wrong %s was refused', async (name, agent) => {
    const chat = await start()
    const env = { IM_ADDRESS: chat.embeddedUrl!, DATA_DIR: join(folder, 'other'), ...agent }
    const other = await startAll(configOf(env), silent)
    try {
      const problem = await other.agentProblem
      expect(problem).toContain('The chat server refused the agent account')
      expect(problem).toContain(name)
      expect(problem).not.toContain('wrong')
    } finally {
      await other.close()
    }
  })

  it.each([
    ['the printed address', {}],
    ['IM_PUBLIC_URL', { IM_PUBLIC_URL: 'https://chat.example.com/im' }],
  ])('quotes the messages that links with %s lead to', async (_name, env) => {
    const { url } = await start(env)
    const { headers } = await signIn(url, 'alice')
    const post = async (text: string) => {
      const response = await fetch(`${url}/api/v1/chat.postMessage`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ channel: '#general', text }),
      })
      return ((await response.json()) as { message: { _id: string; attachments?: unknown[] } })
        .message
    }
    const first = await post('first')
    const site = 'IM_PUBLIC_URL' in env ? env.IM_PUBLIC_URL : url
    const second = await post(`${site}/channel/general?msg=${first._id}`)
    expect(second.attachments).toMatchObject([{ text: 'first' }])
  })

  it('tells addresses, accounts and where data lies when it is ready', async () => {
    const servers = await start()
    const text = readyText(configOf(), servers)
    for (const { username, password } of demoPeople) {
      expect(text).toContain(username)
      expect(text).toContain(password)
    }
    expect(text).toContain(`${servers.url}/`)
    expect(text).toContain(join(folder, 'data'))
    expect(readyText(configOf({ DEMO: '0' }), servers)).not.toContain('alice-demo')
  })
})

describe('a start that cannot work', () => {
  const occupied: Server[] = []
  const occupy = async () => {
    const server = createServer()
    occupied.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return String((server.address() as AddressInfo).port)
  }
  afterEach(() => {
    for (const server of occupied.splice(0)) server.close()
  })

  it.each(['PORT', 'EMBEDDED_PORT'])(
    'says that %s is in use, and leaves nothing running',
    async (name) => {
      const port = await occupy()
      await expect(start({ [name]: port })).rejects.toThrow(
        `Port ${port} is already in use; stop the program that uses it or choose another one with ${name}.`,
      )
      await start()
    },
  )

  it('says that the data folder is no folder', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(start({ DATA_DIR: join(folder, 'file') })).rejects.toThrow(
      `The data folder ${join(folder, 'file')} exists but is not a folder`,
    )
    await expect(start({ DATA_DIR: join(folder, 'file/below') })).rejects.toThrow('is not a folder')
  })

  it.each([
    ['nothing listens', 'http://127.0.0.1:9'],
    ['something else answers', undefined],
  ])('says that no Rocket.Chat answers when %s', async (_name, address) => {
    const other = address ?? `http://127.0.0.1:${await occupyWithText()}`
    await expect(start({ IM_ADDRESS: other })).rejects.toThrow(
      `No Rocket.Chat server answers at ${other} (IM_ADDRESS)`,
    )
  })

  async function occupyWithText(): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')
    })
    occupied.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }
})
