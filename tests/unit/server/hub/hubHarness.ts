import {
  HttpTransportType,
  HubConnectionBuilder,
  LogLevel,
  type HubConnection as OfficialConnection,
} from '@microsoft/signalr'
import fastify from 'fastify'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import WebSocket from 'ws'
import { createHub, type Hub } from '../../../../server/gateway/hub/hub'
import {
  HubError,
  type HubApplication,
  type HubConnection,
} from '../../../../server/gateway/hub/hubApplication'
import { hubRoutes } from '../../../../server/gateway/hub/hubRoutes'
import { invocationRecord } from '../../../../server/gateway/hub/messages'
import type { Caller, IdentityProvider } from '../../../../server/gateway/identity/identityProvider'
import { ImError } from '../../../../server/gateway/imError'
import { createLogger } from '../../../../server/gateway/logging'
import { createOrigins } from '../../../../server/gateway/web/origins'
import { createFakeClock, type FakeClock } from '../../client/support/fakeClock'

export const separator = '\u001e'
export const startAt = 1_700_000_000_000

/** A token is `<user>.<sign-in>`; anything else is refused, and `broken` is a fault of the business system. */
const identity: IdentityProvider = {
  async verify(bearer) {
    if (bearer === 'broken') throw new Error('the business system is down')
    const [userId, sessionId] = /^(\w+)\.(\w+)$/.exec(bearer ?? '')?.slice(1) ?? []
    await Promise.resolve()
    if (userId === undefined || sessionId === undefined) {
      throw new ImError('not-signed-in', 'The business token is not valid; sign in again.')
    }
    return callerOf(userId, sessionId)
  },
}

const callerOf = (userId: string, sessionId: string): Caller => ({
  userId,
  username: userId,
  name: userId,
  email: `${userId}@example.com`,
  sessionId,
  expiresAt: startAt + 60 * 60_000,
})

export type HubHarness = {
  url: string
  hub: Hub
  clock: FakeClock
  connected: HubConnection[]
  gone: HubConnection[]
  /** What the method `note` was called with, also without an answer. */
  notes: unknown[]
  logText(): string
  /** Calls a method of every connected client. */
  push(target: string, ...args: unknown[]): void
  close(): Promise<void>
}

/** The hub on a free port with a small application; only its clock is not the real one. */
export async function startHub(): Promise<HubHarness> {
  const clock = createFakeClock(startAt)
  const connected: HubConnection[] = []
  const gone: HubConnection[] = []
  const notes: unknown[] = []
  const log: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk))
      done()
    },
  })
  const logger = createLogger('trace', stream)
  const application: HubApplication = {
    connected: (connection) => connected.push(connection),
    disconnected: (connection) => {
      connected.splice(connected.indexOf(connection), 1)
      gone.push(connection)
    },
    methods: {
      add: (_connection, [a, b]) => Number(a) + Number(b),
      whoAmI: ({ caller }) => Promise.resolve({ userId: caller.userId }),
      note: (_connection, args) => void notes.push(...args),
      refuse: () => Promise.reject(new HubError('error-not-allowed')),
      fail: () => {
        throw new Error('secret detail of a fault')
      },
    },
  }
  const origins = createOrigins(['https://app.example.com'])
  const hub = createHub({
    identity,
    isAllowedOrigin: (origin, host) => origins.mayOpenSocket(origin, host),
    addressOf: (request) => request.socket.remoteAddress ?? '',
    application,
    clock,
    logger,
  })
  const app = fastify({ forceCloseConnections: true, loggerInstance: logger })
  await app.register(hubRoutes, { prefix: '/signalr', identity, hub })
  app.server.on('upgrade', (request, socket, head) => hub.upgrade(request, socket, head))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/signalr`,
    hub,
    clock,
    connected,
    gone,
    notes,
    logText: () => log.join(''),
    push(target, ...args) {
      for (const connection of connected) connection.send(invocationRecord(target, args))
    },
    async close() {
      await hub.close()
      await app.close()
    },
  }
}

export type ClientOptions = { token?: string; negotiation?: boolean; reconnect?: boolean }

/** The official client. */
export function officialClient(url: string, options: ClientOptions = {}): OfficialConnection {
  const { token = 'ann.phone', negotiation = false, reconnect = false } = options
  const builder = new HubConnectionBuilder()
    .withUrl(url, {
      transport: HttpTransportType.WebSockets,
      skipNegotiation: !negotiation,
      accessTokenFactory: () => token,
    })
    .configureLogging(LogLevel.None)
  return (reconnect ? builder.withAutomaticReconnect([0, 0, 10]) : builder).build()
}

/** A websocket that says what the test wants; messages are collected without their separators. */
export type RawClient = {
  socket: WebSocket
  messages: unknown[]
  send(...messages: object[]): void
  /** Resolves with the next message that comes, or the first one that is there already. */
  next(): Promise<Record<string, unknown>>
  closed: Promise<number>
}

export async function rawClient(
  url: string,
  { query = '', token = 'ann.phone' }: { query?: string; token?: string } = {},
): Promise<RawClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${query}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const messages: Record<string, unknown>[] = []
  const waiting: ((message: Record<string, unknown>) => void)[] = []
  socket.on('message', (data) => {
    for (const record of (data as Buffer).toString('utf8').split(separator)) {
      if (record === '') continue
      const message = JSON.parse(record) as Record<string, unknown>
      const waiter = waiting.shift()
      if (waiter === undefined) messages.push(message)
      else waiter(message)
    }
  })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  return {
    socket,
    messages,
    send: (...sent) =>
      socket.send(sent.map((message) => JSON.stringify(message) + separator).join('')),
    next: () => {
      const message = messages.shift()
      if (message !== undefined) return Promise.resolve(message)
      return new Promise((resolve) => waiting.push(resolve))
    },
    closed,
  }
}

/** A raw client that has made its handshake. */
export async function openClient(url: string, token?: string): Promise<RawClient> {
  const client = await rawClient(url, token === undefined ? {} : { token })
  client.send({ protocol: 'json', version: 1 })
  expect(await client.next()).toEqual({})
  return client
}

/** The status with which a websocket is refused. */
export function refusal(url: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace('http', 'ws'), { headers })
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('error', () => undefined)
  })
}

/** Gives sockets a turn until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    if (turn > 5_000) throw new Error('the condition never held')
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
