import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr'
import Database from 'libsql'
import { SignJWT } from 'jose'
import { startEmbedded, type EmbeddedServer } from '../../server/embedded/server'
import { startGateway, type RunningGateway } from '../../server/gateway/gateway'

// The chat server's own limiter is on, as on a new Rocket.Chat; nothing is raised.

const key = 'k'.repeat(32)
const secret = 'create-token-secret-of-the-test'
const serviceSecret = 's'.repeat(32)
const agent = { username: 'im-agent', password: 'agent-password-of-the-test' }
const people = 50
const messages = 4
const pauseMs = 2_000

let folder: string
let chat: EmbeddedServer
let gateway: RunningGateway
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'limits-'))
  chat = await startEmbedded({
    port: 0,
    dataDir: join(folder, 'chat'),
    createTokenSecret: secret,
    admin: { ...agent, email: 'im-agent@im.invalid' },
    rateLimit: true,
    forwardedCount: 1,
    hashRounds: 4,
  })
  gateway = await startGateway({
    port: 0,
    host: '127.0.0.1',
    dataDir: folder,
    chatAddress: chat.url,
    agent: { kind: 'password', ...agent },
    createTokenSecret: secret,
    directory: undefined,
    identities: [{ type: 'jwt-hs256', issuer: 'erp', audience: 'im', secret: key }],
    tokenKey: 'a'.repeat(64),
    encryptionKey: 'b'.repeat(64),
    realtimeMode: 'signalr',
    trustedProxies: ['127.0.0.1'],
    serviceSecret,
  })
}, 30_000)
afterAll(async () => {
  await gateway.close()
  await chat.close()
  rmSync(folder, { recursive: true, force: true })
})

type Answer = { status: number; body: Record<string, unknown> }
type Person = { address: string; bearer: string; userId: string }

async function send(method: string, path: string, headers: object, body?: object): Promise<Answer> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const init: RequestInit = { method, headers: { ...type, ...headers } }
  if (body !== undefined) init.body = JSON.stringify(body)
  const response = await fetch(`${gateway.url}${path}`, init)
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

const bearerOf = (name: string) =>
  new SignJWT({ preferred_username: name, name, email: `${name}@erp.example.com` })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('erp')
    .setAudience('im')
    .setSubject(name)
    .setJti(`sign-in-of-${name}`)
    .setExpirationTime('1h')
    .sign(Buffer.from(key))

const as = ({ bearer, address }: Person) => ({
  authorization: `Bearer ${bearer}`,
  'x-forwarded-for': address,
})

async function signIn(at: number): Promise<Person> {
  const person = {
    address: `198.51.100.${at + 1}`,
    bearer: await bearerOf(`user${at}`),
    userId: '',
  }
  const answer = await send('POST', '/api/services/app/Im/Authenticate', as(person), {})
  expect(answer.status).toBe(200)
  return { ...person, userId: (answer.body.result as { userId: string }).userId }
}

function tokensOf(userId: string): number {
  const db = new Database(join(folder, 'chat', 'rocketchat.db'))
  const row = db.prepare('SELECT COUNT(*) AS count FROM tokens WHERE uid = ?').get(userId)
  db.close()
  return (row as { count: number }).count
}

const manage = (method: string, path: string, body?: object) =>
  send(method, `/api/services/app/Im/${path}`, { authorization: `Bearer ${serviceSecret}` }, body)

test('50 people behind one gateway chat at normal speed without a single 429', async () => {
  const statuses: number[] = []
  const note = async (answering: Promise<Answer>) => {
    const { status, body } = await answering
    statuses.push(status)
    return body
  }
  const everybody: Person[] = []
  for (let at = 0; at < people; at += 1) everybody.push(await signIn(at))
  const one = async (person: Person, at: number) => {
    const get = (path: string) => note(send('GET', `/api/v1/${path}`, as(person)))
    for (const path of ['subscriptions.get', 'rooms.get']) await get(path)
    await get('channels.history?roomId=GENERAL&count=50')
    for (let sent = 0; sent < messages; sent += 1) {
      const message = { rid: 'GENERAL', msg: `${at}-${sent}` }
      await note(send('POST', '/api/v1/chat.sendMessage', as(person), { message }))
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  await Promise.all(everybody.map(one))
  expect(statuses).toHaveLength(people * (3 + messages))
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(everybody.map(({ userId }) => tokensOf(userId))).toEqual(everybody.map(() => 1))
}, 90_000)

test('the limiter is on: one address that asks too fast is refused, and told until when', async () => {
  const person = await signIn(90)
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => send('GET', '/api/v1/rooms.get', as(person))),
  )
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(2)
}, 30_000)

test('whom the business system switches off loses tokens, calls and hub connections at once', async () => {
  const person = await signIn(91)
  const hub = new HubConnectionBuilder()
    .withUrl(`${gateway.url}/signalr`, {
      transport: HttpTransportType.WebSockets,
      accessTokenFactory: () => person.bearer,
    })
    .configureLogging(LogLevel.None)
    .build()
  const closed = new Promise((resolve) => hub.onclose(resolve))
  await hub.start()
  expect(tokensOf(person.userId)).toBe(1)
  const renamed = await manage('PUT', 'UpdateUser', { userId: 'user91', name: 'New Name' })
  expect(renamed.status).toBe(200)
  const info = await send('GET', `/api/v1/users.info?userId=${person.userId}`, as(person))
  expect(info.body.user).toMatchObject({ name: 'New Name' })
  const off = await manage('PUT', 'UpdateUser', { userId: 'user91', isActive: false })
  expect(off.status).toBe(200)
  expect(String(await closed)).toContain('session_revoked')
  expect(tokensOf(person.userId)).toBe(0)
  expect((await send('GET', '/api/v1/rooms.get', as(person))).status).toBe(401)
  await manage('PUT', 'UpdateUser', { userId: 'user91', isActive: true })
  expect((await send('POST', '/api/services/app/Im/Authenticate', as(person), {})).status).toBe(200)
  expect((await manage('DELETE', 'DeleteUser?userId=user91')).status).toBe(200)
  expect(tokensOf(person.userId)).toBe(0)
  expect((await send('POST', '/api/services/app/Im/Authenticate', as(person), {})).status).toBe(401)
}, 30_000)
