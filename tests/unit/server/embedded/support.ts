// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { silentLogger, type App } from '../../../../server/embedded/app'
import type { Clock } from '../../../../server/embedded/clock'
import { createApp } from '../../../../server/embedded/createApp'
import type { UserDoc } from '../../../../server/embedded/documents'
import { insertUser } from '../../../../server/embedded/domain/createUser'
import { fromEjson } from '../../../../server/embedded/ejson'
import { seedWorkspace } from '../../../../server/embedded/seed'
import {
  startEmbedded,
  type EmbeddedOptions,
  type EmbeddedServer,
} from '../../../../server/embedded/server'
import { openStore } from '../../../../server/embedded/storage/store'

export type FakeClock = Clock & { advance(ms: number): void; pending(): number }

/** A clock that stands still until it is told to go on. */
export const fakeClock = (start = 1_700_000_000_000): FakeClock => {
  let now = start
  let timers: { at: number; task: () => void }[] = []
  return {
    now: () => now,
    after: (ms, task) => {
      const timer = { at: now + ms, task }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    advance: (ms) => {
      const end = now + ms
      for (;;) {
        const next = timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        timers = timers.filter((one) => one !== next)
        now = next.at
        next.task()
      }
      now = end
    },
    pending: () => timers.length,
  }
}

export const newDataDir = (): string => mkdtempSync(join(tmpdir(), 'embedded-'))

export const removeDir = (dir: string): void => rmSync(dir, { recursive: true, force: true })

export type Heard = { stream: string; eventName: string; args: unknown[] }

export type TestApp = {
  app: App
  clock: FakeClock
  user(username: string, roles?: string[]): UserDoc
  /** Listens to a stream event from now on. */
  hear(stream: string, eventName: string): Heard[]
  close(): void
}

/** The server's inside without sockets, on a fake clock. */
export const openTestApp = (): TestApp => {
  const dir = newDataDir()
  const clock = fakeClock()
  const store = openStore(dir, clock)
  const app = createApp({ store, clock, logger: silentLogger, createTokenSecret: undefined })
  seedWorkspace(app)
  return {
    app,
    clock,
    user: (username, roles) => {
      const email = `${username}@example.com`
      const input = { username, name: username.toUpperCase(), email, password: null }
      const named = roles === undefined ? input : { ...input, roles }
      return insertUser(app, { ...named, joinDefaultChannels: false }, null)
    },
    hear: (stream, eventName) => {
      const heard: Heard[] = []
      const send = (text: string): void => {
        const frame = fromEjson(JSON.parse(text)) as { fields: { args: unknown[] } }
        heard.push({ stream, eventName, args: frame.fields.args })
      }
      app.events.bus.listen(stream, eventName, { connectionId: 'test', userId: undefined, send })
      return heard
    },
    close: () => {
      store.close()
      removeDir(dir)
    },
  }
}

/** An answer or frame as it came. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = Record<string, any>

export type RestAnswer = { status: number; body: Json; headers: Headers }

export type RestClient = {
  get(path: string): Promise<RestAnswer>
  post(path: string, body?: unknown): Promise<RestAnswer>
  userId: string
  token: string
}

export const restClient = (url: string, userId = '', token = ''): RestClient => {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (token !== '') Object.assign(headers, { 'x-auth-token': token, 'x-user-id': userId })
  const call = async (method: string, path: string, body?: string): Promise<RestAnswer> => {
    const init: RequestInit = { method, headers }
    if (body !== undefined) init.body = body
    const response = await fetch(`${url}/api/v1/${path}`, init)
    const answer = (await response.json()) as Json
    return { status: response.status, body: answer, headers: response.headers }
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body = {}) =>
      call('POST', path, typeof body === 'string' ? body : JSON.stringify(body)),
    userId,
    token,
  }
}

export type TestServer = {
  server: EmbeddedServer
  dir: string
  /** Signed in as the administrator. */
  admin: RestClient
  anonymous: RestClient
  /** Makes an account with the password `secret-<username>` and signs it in. */
  person(username: string): Promise<RestClient>
  close(): Promise<void>
}

export const adminAccount = { username: 'root', password: 'root-pass', email: 'root@example.com' }
export const tokenSecret = 'token-secret'

/** The environment in which these settings are overwritten. */
export const overwriting = (settings: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings).map(([id, value]) => [`OVERWRITE_SETTING_${id}`, value]),
  )

const signIn = async (url: string, user: string, password: string): Promise<RestClient> => {
  const { body } = await restClient(url).post('login', { user, password })
  return restClient(url, body.data.userId, body.data.authToken)
}

export const startTestServer = async (
  options: Partial<EmbeddedOptions> = {},
): Promise<TestServer> => {
  const dir = options.dataDir ?? newDataDir()
  const server = await startEmbedded({
    port: 0,
    dataDir: dir,
    admin: adminAccount,
    createTokenSecret: tokenSecret,
    // The real cost would make every test with people wait.
    hashRounds: 1,
    ...options,
  })
  const admin = await signIn(server.url, adminAccount.username, adminAccount.password)
  return {
    server,
    dir,
    admin,
    anonymous: restClient(server.url),
    person: async (username) => {
      const password = `secret-${username}`
      const name = username.toUpperCase()
      const email = `${username}@example.com`
      await admin.post('users.create', { username, name, email, password })
      return signIn(server.url, username, password)
    },
    close: async () => {
      await server.close()
      if (options.dataDir === undefined) removeDir(dir)
    },
  }
}

/** A workspace for all tests of a file, with accounts of these names; its server is closed after them. */
export const usePeople = <Name extends string>(
  names: readonly Name[],
  opened: (workspace: { test: TestServer } & Record<Name, RestClient>) => void,
  options: Partial<EmbeddedOptions> = {},
): void => {
  let test: TestServer | undefined
  beforeAll(async () => {
    test = await startTestServer(options)
    const people: [Name, RestClient][] = []
    for (const name of names) people.push([name, await test.person(name)])
    opened({ test, ...(Object.fromEntries(people) as Record<Name, RestClient>) })
  })
  afterAll(() => test?.close())
}

export type DdpClient = {
  frames: Json[]
  send(frame: unknown): void
  /** The first frame, of those that came or will come, which matches; a matched frame is not given twice. */
  next(matches: (frame: Json) => boolean): Promise<Json>
  /** Calls a method and answers the result frame. */
  call(method: string, ...params: unknown[]): Promise<Json>
  /** Subscribes and answers the `ready` or `nosub` frame. */
  subscribe(name: string, ...params: unknown[]): Promise<Json>
  event(collection: string, eventName: string): Promise<Json>
  closed: Promise<number>
  close(): void
  /** Stops reading what comes, and goes on with it. */
  pause(): void
  resume(): void
}

/** A plain websocket that speaks DDP; resolves when it is open. */
export const openSocket = async (url: string): Promise<DdpClient> => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/websocket`)
  const frames: Json[] = []
  let waiting: { matches: (frame: Json) => boolean; resolve: (frame: Json) => void }[] = []
  let count = 0
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Json
    const waiter = waiting.find((one) => one.matches(frame))
    if (waiter === undefined) frames.push(frame)
    else {
      waiting = waiting.filter((one) => one !== waiter)
      waiter.resolve(frame)
    }
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  const send = (frame: unknown): void =>
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  const next: DdpClient['next'] = (matches) => {
    const index = frames.findIndex(matches)
    const [found] = index === -1 ? [] : frames.splice(index, 1)
    if (found !== undefined) return Promise.resolve(found)
    return new Promise((resolve) => waiting.push({ matches, resolve }))
  }
  return {
    frames,
    send,
    next,
    call: (method, ...params) => {
      const id = `m${(count += 1)}`
      send({ msg: 'method', id, method, params })
      return next((frame) => frame.msg === 'result' && frame.id === id)
    },
    subscribe: (name, ...params) => {
      const id = `s${(count += 1)}`
      send({ msg: 'sub', id, name, params })
      return next((frame) => (frame.msg === 'ready' ? frame.subs[0] === id : frame.id === id))
    },
    event: (collection, eventName) =>
      next((frame) => frame.collection === collection && frame.fields?.eventName === eventName),
    closed,
    close: () => socket.close(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  }
}

/** Connected and signed in with a person's token. */
export const openDdp = async (url: string, person?: RestClient): Promise<DdpClient> => {
  const client = await openSocket(url)
  client.send({ msg: 'connect', version: '1', support: ['1'] })
  await client.next((frame) => frame.msg === 'connected')
  if (person !== undefined) await client.call('login', { resume: person.token })
  return client
}
