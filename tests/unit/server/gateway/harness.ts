import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { demoPeople } from '../../../../server/demo/people'
import { startGateway, type RunningGateway } from '../../../../server/gateway/gateway'
import type { GatewayOptions } from '../../../../server/gateway/gatewayOptions'
import { createDemoDirectory } from '../../../../server/gateway/identity/demoDirectory'
import { createLogger } from '../../../../server/gateway/logging'
import { agentPassword, createTokenSecret, startFakeChat, type FakeChat } from './fakeChat'

/** A clock that stands still until it is moved. */
export function createTestClock(start = Date.UTC(2026, 10, 22, 9)) {
  let time = start
  return { now: () => time, advance: (ms: number) => (time += ms) }
}

/** The fields that tests read from answers of both kinds: ABP's envelope and Rocket.Chat's shape. */
export type AnswerBody = {
  result: SignInResult & ChatResult
  success: boolean
  error: { message: string; validationErrors: unknown }
  unAuthorizedRequest: boolean
  __abp: boolean
  errorType: string
  userId: string
}

type SignInResult = { accessToken: string }
type ChatResult = { userId: string; authToken: string; username: string; realtime: { url: string } }

export type Answer = { status: number; headers: Headers; body: AnswerBody }

export type Session = { bearer: string; userId: string; authToken: string }

export type Harness = {
  gateway: RunningGateway
  chat: FakeChat
  clock: ReturnType<typeof createTestClock>
  dataDir: string
  /** Everything that was logged so far. */
  logText(): string
  /** Stops the gateway and starts another one on the same data. */
  restart(changes?: Partial<GatewayOptions>): Promise<void>
  send(path: string, init?: RequestInit): Promise<Answer>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  /** Business sign-in. @returns the business token. */
  signIn(username: string): Promise<string>
  /** Business sign-in and chat session. */
  open(username: string): Promise<Session>
  close(): Promise<void>
}

export const hex = (character: string) => character.repeat(64)

/** A gateway on a free port in front of a fake chat server, with a data folder of its own. */
export async function startHarness(changes: Partial<GatewayOptions> = {}): Promise<Harness> {
  const chat = await startFakeChat()
  const clock = createTestClock()
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-'))
  const log: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk))
      done()
    },
  })
  const options: GatewayOptions = {
    port: 0,
    host: '127.0.0.1',
    dataDir,
    chatAddress: chat.url,
    agent: { kind: 'password', username: 'im-agent', password: agentPassword },
    createTokenSecret,
    directory: createDemoDirectory(demoPeople),
    tokenKey: hex('a'),
    encryptionKey: hex('b'),
    clock,
    logger: createLogger('trace', stream),
    ...changes,
  }
  const harness: Harness = {
    gateway: await startGateway(options),
    chat,
    clock,
    dataDir,
    logText: () => log.join(''),
    async restart(later = {}) {
      await harness.gateway.close()
      harness.gateway = await startGateway({ ...options, ...later })
    },
    async send(path, init) {
      const response = await fetch(`${harness.gateway.url}${path}`, init)
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        body: readBody(text) as AnswerBody,
      }
    },
    post: (path, body, headers = {}) =>
      harness.send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    async signIn(username) {
      const password = demoPeople.find((person) => person.username === username)!.password
      const answer = await harness.post('/api/TokenAuth/Authenticate', {
        userNameOrEmailAddress: username,
        password,
      })
      return answer.body.result.accessToken
    },
    async open(username) {
      const bearer = await harness.signIn(username)
      const answer = await authenticate(harness, bearer)
      return { bearer, userId: answer.body.result.userId, authToken: answer.body.result.authToken }
    },
    async close() {
      await harness.gateway.close()
      await chat.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  return harness
}

export function authenticate(harness: Harness, bearer: string, body: object = {}): Promise<Answer> {
  return harness.post('/api/services/app/Im/Authenticate', body, {
    authorization: `Bearer ${bearer}`,
  })
}

export function logout(harness: Harness, bearer: string): Promise<Answer> {
  return harness.post('/api/services/app/Im/Logout', {}, { authorization: `Bearer ${bearer}` })
}

/** The three headers of a client that is signed in. */
export function headersOf({ bearer, userId, authToken }: Session): Record<string, string> {
  return { authorization: `Bearer ${bearer}`, 'x-user-id': userId, 'x-auth-token': authToken }
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A gateway for each test with alice signed in, and how she asks through its proxy. */
export function useAlice(opened: (started: { harness: Harness; session: Session }) => void) {
  let harness: Harness
  let session: Session
  beforeEach(async () => {
    harness = await startHarness()
    session = await harness.open('alice')
    opened({ harness, session })
  })
  afterEach(() => harness.close())
  const asAlice = (extra: Record<string, string> = {}) => ({ ...headersOf(session), ...extra })
  return {
    asAlice,
    get: (path: string, headers = asAlice()) => harness.send(path, { headers }),
    /** The newest request that came to the chat server. */
    lastSeen: () => harness.chat.seen.at(-1)!,
  }
}
