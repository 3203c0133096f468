import { HubConnectionState, type HubConnection } from '@microsoft/signalr'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { demoPeople } from '../../../../server/demo/people'
import { startEmbedded, type EmbeddedServer } from '../../../../server/embedded/server'
import { startGateway, type RunningGateway } from '../../../../server/gateway/gateway'
import type { GatewayOptions } from '../../../../server/gateway/gatewayOptions'
import { createDemoDirectory } from '../../../../server/gateway/identity/demoDirectory'
import { createLogger } from '../../../../server/gateway/logging'
import { createFakeClock, type FakeClock } from '../../client/support/fakeClock'
import { createChatCable, type ChatCable } from './chatCable'
import { officialClient } from './hubHarness'

const secret = 'create-token-secret-of-the-test'
const agent = { username: 'im-agent', password: 'agent-password-of-the-test' }

export type Answer = { status: number; body: Record<string, unknown> }

export type Person = { bearer: string; userId: string; username: string }

/** An official client with everything that the server has called of it. */
export type Listener = {
  connection: HubConnection
  /** Arguments of the calls of one method, in order. */
  calls(target: string): Record<string, unknown>[]
  states(): unknown[]
  closed: Promise<Error | undefined>
}

export type RelayHarness = {
  gateway: RunningGateway
  cable: ChatCable
  clock: FakeClock
  /** Everything that the gateway has logged. */
  logText(): string
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  /** REST with the business token alone. */
  rest(person: Person, path: string, body?: object, headers?: object): Promise<Answer>
  /** Posts as somebody, and answers the id of the message. */
  say(person: Person, rid: string, msg: string): Promise<string>
  signIn(username: string): Promise<Person>
  listen(person: Person, options?: { reconnect?: boolean }): Promise<Listener>
  /** Lets time pass until the condition holds. */
  until(condition: () => boolean): Promise<void>
  /** Gives sockets some turns while no time passes on the gateway's clock. */
  settle(): Promise<void>
  /** Lets much time pass, in which the clients are alive; their own pings keep to the real clock. */
  pass(ms: number): Promise<void>
  /** Stops the chat server; `start` brings it back on the same port with the same data. */
  stopChat(): Promise<void>
  startChat(): Promise<void>
  /** REST of the chat server as its administrator. */
  asAdmin(path: string, body: object): Promise<Answer>
  close(): Promise<void>
}

const targets = [
  'getRoomMessageNotification',
  'getRoomSubscriptionChangedNotification',
  'streamEvent',
  'sessionState',
  'resync',
]

/** The gateway in back-end mode before the embedded chat server; only the clock is not the real one. */
export async function startRelayHarness(
  changes: Partial<GatewayOptions> = {},
): Promise<RelayHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-'))
  const log: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk))
      done()
    },
  })
  const bootChat = (port: number) =>
    startEmbedded({
      port,
      dataDir: join(folder, 'chat'),
      createTokenSecret: secret,
      admin: { ...agent, email: 'im-agent@im.invalid' },
      demo: true,
    })
  let chat: EmbeddedServer | undefined = await bootChat(0)
  const { port: chatPort, url: chatUrl } = chat
  const cable = await createChatCable(() => chatPort)
  const clock = createFakeClock()
  const gateway = await startGateway({
    port: 0,
    host: '127.0.0.1',
    dataDir: folder,
    chatAddress: cable.url,
    agent: { kind: 'password', ...agent },
    createTokenSecret: secret,
    directory: createDemoDirectory(demoPeople),
    tokenKey: 'a'.repeat(64),
    encryptionKey: 'b'.repeat(64),
    realtimeMode: 'signalr',
    clock,
    timers: clock,
    logger: createLogger('trace', stream),
    ...changes,
  })
  const listeners: Listener[] = []

  const request = async (url: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url, init)
    const text = await response.text()
    return { status: response.status, body: JSON.parse(text) as Record<string, unknown> }
  }
  const post = (path: string, body: unknown, headers: object = {}) =>
    request(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })

  const harness: RelayHarness = {
    gateway,
    cable,
    clock,
    logText: () => log.join(''),
    post,
    rest({ bearer }, path, body, headers = {}) {
      const authorization = { authorization: `Bearer ${bearer}`, ...headers }
      if (body !== undefined) return post(`/api/v1/${path}`, body, authorization)
      return request(`${gateway.url}/api/v1/${path}`, { headers: authorization })
    },
    async say(person, rid, msg) {
      const answer = await harness.rest(person, 'chat.sendMessage', { message: { rid, msg } })
      expect(answer).toMatchObject({ status: 200, body: { success: true } })
      return (answer.body.message as { _id: string })._id
    },
    async signIn(username) {
      const { password } = demoPeople.find((person) => person.username === username)!
      const account = { userNameOrEmailAddress: username, password }
      const signedIn = await post('/api/TokenAuth/Authenticate', account)
      const { accessToken: bearer } = signedIn.body.result as { accessToken: string }
      const authorization = `Bearer ${bearer}`
      const opened = await post('/api/services/app/Im/Authenticate', {}, { authorization })
      const { userId } = opened.body.result as { userId: string }
      return { bearer, userId, username }
    },
    async listen({ bearer }, { reconnect = false } = {}) {
      const connection = officialClient(`${gateway.url}/signalr`, { token: bearer, reconnect })
      const calls = new Map(targets.map((target) => [target, [] as Record<string, unknown>[]]))
      for (const [target, received] of calls) {
        connection.on(target, (...args: Record<string, unknown>[]) => {
          expect(args).toHaveLength(1)
          received.push(args[0]!)
        })
      }
      const closed = new Promise<Error | undefined>((resolve) => connection.onclose(resolve))
      await connection.start()
      const listener: Listener = {
        connection,
        calls: (target) => calls.get(target)!,
        states: () => calls.get('sessionState')!.map(({ state }) => state),
        closed,
      }
      listeners.push(listener)
      await harness.until(() => listener.states().at(-1) === 'live')
      return listener
    },
    async until(condition) {
      for (let turn = 0; !condition(); turn += 1) {
        if (turn > 2_000) throw new Error('the condition never held')
        await clock.elapse(5)
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    },
    async settle() {
      for (let turn = 0; turn < 20; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    },
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += 5_000) {
        const alive = listeners.filter(
          ({ connection }) => connection.state === HubConnectionState.Connected,
        )
        await Promise.all(alive.map(({ connection }) => connection.invoke('unsubscribeRoom', 'x')))
        await clock.elapse(5_000)
        await harness.settle()
      }
    },
    async stopChat() {
      await chat?.close()
      chat = undefined
    },
    async startChat() {
      chat = await bootChat(chatPort)
    },
    async asAdmin(path, body) {
      const headers = { 'content-type': 'application/json' }
      const login = { user: agent.username, password: agent.password }
      const url = `${chatUrl}/api/v1`
      const init = { method: 'POST', headers }
      const signedIn = await request(`${url}/login`, { ...init, body: JSON.stringify(login) })
      const { userId, authToken } = signedIn.body.data as { userId: string; authToken: string }
      const own = { ...headers, 'x-user-id': userId, 'x-auth-token': authToken }
      return request(`${url}/${path}`, { ...init, headers: own, body: JSON.stringify(body) })
    },
    async close() {
      await Promise.all(listeners.map(({ connection }) => connection.stop()))
      await gateway.close()
      await cable.close()
      await chat?.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return harness
}

/** A relay for each test with these people signed in; it is closed after the test. */
export function useRelay<Name extends string>(
  names: readonly Name[],
  opened: (started: { harness: RelayHarness } & Record<Name, Person>) => void,
): void {
  let harness: RelayHarness | undefined
  beforeEach(async () => {
    const started = await startRelayHarness()
    harness = started
    const people: [Name, Person][] = []
    for (const name of names) people.push([name, await started.signIn(name)])
    opened({ harness: started, ...(Object.fromEntries(people) as Record<Name, Person>) })
  })
  afterEach(() => harness?.close())
}
