import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

/** A small stand-in that gives the answers of Rocket.Chat which the gateway depends on. */
export type FakeUser = {
  _id: string
  username: string
  name: string
  password: string
  emails: { address: string; verified: boolean }[]
  roles: string[]
}

export type SeenRequest = {
  method: string
  url: string
  headers: IncomingMessage['headers']
  sha256: string
  bytes: number
  text: string
}

export type FakeChat = {
  url: string
  users: FakeUser[]
  /** Tokens that are valid now, by token. */
  tokens: Map<string, string>
  seen: SeenRequest[]
  /** Requests to one route of /api/v1. */
  seenOf(route: string): SeenRequest[]
  /** Answers the next matching requests instead of the usual answer. */
  override: Map<string, (response: ServerResponse) => void>
  addUser(user: Partial<FakeUser> & { username: string }): FakeUser
  close(): Promise<void>
}

export const agentPassword = 'agent-password-of-the-test'
export const createTokenSecret = 'create-token-secret-of-the-test'

export async function startFakeChat(): Promise<FakeChat> {
  const server = createServer((request, response) => {
    void handle(fake, request, response).catch(() => response.destroy())
  })
  const sockets = new WebSocketServer({ server, path: '/websocket' })
  sockets.on('connection', (socket, request) => {
    fake.seen.push(record(request, Buffer.alloc(0)))
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  const fake: FakeChat = {
    url: '',
    users: [],
    tokens: new Map(),
    seen: [],
    seenOf: (route) => fake.seen.filter(({ url }) => url.split('?')[0] === `/api/v1/${route}`),
    override: new Map(),
    addUser(user) {
      const added = {
        _id: randomBytes(9).toString('hex').slice(0, 17),
        name: user.username,
        password: randomBytes(9).toString('hex'),
        emails: [],
        roles: ['user'],
        ...user,
      }
      fake.users.push(added)
      return added
    },
    async close() {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  fake.addUser({ _id: 'agentId', username: 'im-agent', password: agentPassword, roles: ['admin'] })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}

function record(request: IncomingMessage, body: Buffer): SeenRequest {
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers,
    sha256: createHash('sha256').update(body).digest('hex'),
    bytes: body.byteLength,
    text: body.byteLength < 100_000 ? body.toString('utf8') : '',
  }
}

async function handle(fake: FakeChat, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const seen = record(request, Buffer.concat(chunks))
  fake.seen.push(seen)
  const { pathname, searchParams } = new URL(seen.url, 'http://fake')
  const route = pathname.replace('/api/v1/', '')
  const override = fake.override.get(route)
  if (override) {
    override(response)
    return
  }
  if (pathname === '/api/info') {
    json(response, 200, { version: '8.8', success: true })
    return
  }
  if (route === 'login') {
    login(fake, response, parse(seen.text))
    return
  }
  const header = seen.headers
  const cookie = /rc_uid=([^;]+); rc_token=([^;]+)/.exec(header.cookie ?? '')
  const token = cookie?.[2] ?? String(header['x-auth-token'])
  const userId = cookie?.[1] ?? header['x-user-id']
  const caller = fake.users.find(({ _id }) => _id === userId && fake.tokens.get(token) === _id)
  if (!caller) {
    unauthorized(response)
    return
  }
  if (!pathname.startsWith('/api/v1/')) {
    response.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg/>')
    return
  }
  answer(fake, caller, { route, searchParams, token, body: seen }, response)
}

type Asked = { route: string; searchParams: URLSearchParams; token: string; body: SeenRequest }

function answer(fake: FakeChat, caller: FakeUser, asked: Asked, response: ServerResponse): void {
  const isAdmin = caller.roles.includes('admin')
  switch (asked.route) {
    case 'logout':
      fake.tokens.delete(asked.token)
      {
        json(response, 200, { status: 'success', success: true })
        return
      }
    case 'users.info': {
      info(fake, isAdmin, asked.searchParams, response)
      return
    }
    case 'users.create': {
      if (isAdmin) create(fake, parse(asked.body.text), response)
      else forbidden(response)
      return
    }
    case 'users.createToken': {
      createToken(fake, isAdmin, parse(asked.body.text), response)
      return
    }
    default: {
      json(response, 200, { success: true, userId: caller._id, sha256: asked.body.sha256 })
      return
    }
  }
}

function login(fake: FakeChat, response: ServerResponse, body: Record<string, unknown>): void {
  const user = fake.users.find(
    (one) => one.username === body.user && one.password === body.password,
  )
  if (!user) {
    json(response, 401, { status: 'error', error: 'Unauthorized', message: 'Unauthorized' })
    return
  }
  const data = { userId: user._id, authToken: newToken(fake, user) }
  json(response, 200, { status: 'success', data })
}

function info(fake: FakeChat, isAdmin: boolean, query: URLSearchParams, response: ServerResponse) {
  const user = fake.users.find(
    ({ _id, username }) => _id === query.get('userId') || username === query.get('username'),
  )
  if (!user) {
    json(response, 400, { success: false, error: 'User not found.' })
    return
  }
  const { _id, username, name, emails, roles } = user
  json(response, 200, {
    success: true,
    user: isAdmin ? { _id, username, name, emails, roles } : { _id, username, name },
  })
}

function create(fake: FakeChat, body: Record<string, unknown>, response: ServerResponse): void {
  const { username, name, email, password } = body as Record<string, string>
  const isTaken = fake.users.some(
    (user) => user.username === username || user.emails.some(({ address }) => address === email),
  )
  if (isTaken) {
    const error = 'already in use [error-field-unavailable]'
    json(response, 400, { success: false, error, errorType: 'error-field-unavailable' })
    return
  }
  const emails = [{ address: email ?? '', verified: true }]
  const user = fake.addUser({
    username: username ?? '',
    name: name ?? '',
    password: password ?? '',
    emails,
  })
  json(response, 200, {
    success: true,
    user: { _id: user._id, username, name, emails, roles: ['user'] },
  })
}

function createToken(
  fake: FakeChat,
  isAdmin: boolean,
  body: Record<string, unknown>,
  response: ServerResponse,
): void {
  const user = fake.users.find(({ _id }) => _id === body.userId)
  if (!isAdmin || body.secret !== createTokenSecret || !user) {
    const error = 'Not authorized [error-not-authorized]'
    json(response, 400, { success: false, error, errorType: 'error-not-authorized' })
    return
  }
  json(response, 200, {
    success: true,
    data: { userId: user._id, authToken: newToken(fake, user) },
  })
}

function newToken(fake: FakeChat, user: FakeUser): string {
  const token = randomBytes(32).toString('base64url')
  fake.tokens.set(token, user._id)
  return token
}

function unauthorized(response: ServerResponse): void {
  const text = 'You must be logged in to do this.'
  json(response, 401, { success: false, error: text, status: 'error', message: text })
}

function forbidden(response: ServerResponse): void {
  json(response, 403, { success: false, error: 'unauthorized' })
}

function json(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'set-cookie': 'rc_token=leak',
    'x-powered-by': 'fake',
  })
  response.end(JSON.stringify(body))
}

function parse(text: string): Record<string, unknown> {
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
