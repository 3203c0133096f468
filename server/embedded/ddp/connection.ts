import type { App } from '../app'
import { BadJson, parseEjson, stringifyEjson } from '../ejson'
import { isExpected, toDdpError } from '../errors'
import { randomId } from '../ids'
import { checkDdpRate } from '../limits/ddpLimits'
import {
  methodFrame,
  subFrame,
  wantsVersion1,
  type Frame,
  type MethodFrame,
  type SubFrame,
} from './frames'
import { startHeartbeat } from './heartbeat'
import { callMethod } from './methods'
import { createTaskQueue, type TaskQueue } from './queue'
import { createSignIn, type SignIn } from './signIn'
import { createConnectionSubs, type ConnectionSubs } from './subscriptions'

/** The socket below a connection, as far as DDP needs it. */
export type DdpSocket = {
  send(text: string): void
  close(): void
}

export type DdpConnection = {
  /** A text frame came in. */
  receive(text: string): void
  /** The socket is gone. */
  closed(): void
  tokenHash(): string | undefined
}

/** The parts of one connection. */
type Parts = {
  app: App
  id: string
  socket: DdpSocket
  signIn: SignIn
  subs: ConnectionSubs
  queue: TaskQueue
  /** @throws MeteorError `too-many-requests` for one call or subscription of this name too many. */
  checkRate: (name: string) => void
  send: (frame: object) => void
  /** Answers a frame that breaks the protocol. */
  refuse: (reason: string, offendingMessage?: unknown) => void
}

const createParts = (app: App, socket: DdpSocket, ip: string | undefined): Parts => {
  const id = randomId()
  const send = (frame: object): void => socket.send(stringifyEjson(frame))
  const subs = createConnectionSubs({
    app,
    connectionId: id,
    user: () => signIn.user(),
    send: (text) => socket.send(text),
  })
  const signIn = createSignIn({ app, connectionId: id, send, userChanged: () => subs.restart() })
  const refuse = (reason: string, offendingMessage?: unknown): void =>
    send({ msg: 'error', reason, offendingMessage })
  const checkRate = (name: string): void =>
    checkDdpRate(app, { name, ip, connectionId: id, user: signIn.user() })
  return { app, id, socket, signIn, subs, send, refuse, checkRate, queue: createTaskQueue() }
}

const runMethod = async (parts: Parts, { id, method, params }: MethodFrame): Promise<void> => {
  const { app, signIn, send } = parts
  const connection = { id: parts.id, setSession: signIn.set, session: signIn.session }
  try {
    parts.checkRate(method)
    const result = await callMethod({ app, user: signIn.user(), connection }, method, params)
    send({ msg: 'result', id, result })
  } catch (error) {
    if (!isExpected(error)) app.logger.error({ err: error, method }, 'method failed')
    send({ msg: 'result', id, error: toDdpError(error) })
  }
  send({ msg: 'updated', methods: [id] })
}

const runSub = (parts: Parts, sub: SubFrame): void => {
  try {
    parts.checkRate(sub.name)
  } catch (error) {
    parts.send({ msg: 'nosub', id: sub.id, error: toDdpError(error) })
    return
  }
  parts.subs.start(sub)
}

/** Methods and subscriptions of a connection run one after the other (protocol reference 1.2, rule 1). */
const enqueue = (parts: Parts, task: () => void | Promise<void>): void => {
  if (!parts.queue.add(task)) parts.socket.close()
}

const handlers: ReadonlyMap<string, (parts: Parts, frame: Frame) => void> = new Map([
  ['pong', () => undefined],
  ['connect', (parts, frame) => parts.refuse('Already connected', frame)],
  ['ping', ({ send }, { id }) => send(id === undefined ? { msg: 'pong' } : { msg: 'pong', id })],
  [
    'method',
    (parts, frame) => {
      const call = methodFrame(frame)
      if (call === undefined) parts.refuse('Malformed method invocation', frame)
      else enqueue(parts, () => runMethod(parts, call))
    },
  ],
  [
    'sub',
    (parts, frame) => {
      const sub = subFrame(frame)
      if (sub === undefined) parts.refuse('Malformed subscription', frame)
      else enqueue(parts, () => runSub(parts, sub))
    },
  ],
  [
    'unsub',
    (parts, frame) => {
      const { id } = frame
      if (typeof id === 'string') enqueue(parts, () => parts.subs.stop(id))
      else parts.refuse('Malformed subscription', frame)
    },
  ],
] satisfies [string, (parts: Parts, frame: Frame) => void][])

/** The frame of a text, after the refusal of what is none: as Meteor, `Bad request` for broken JSON. */
const readFrame = (parts: Parts, text: string): Frame | undefined => {
  let frame: unknown
  try {
    frame = parseEjson(text)
  } catch (error) {
    const hostile = error instanceof BadJson && error.message !== 'not JSON'
    parts.refuse(hostile ? 'Parse error' : 'Bad request')
    return undefined
  }
  if (typeof frame === 'object' && frame !== null && !Array.isArray(frame)) {
    if (typeof (frame as Frame).msg === 'string') return frame as Frame
    parts.refuse('Bad request', frame)
    return undefined
  }
  parts.refuse('Bad request')
  return undefined
}

/** One DDP connection: the rules of protocol reference 1.1 to 1.7. `ip` is the client's address, for the rate limits. */
export const createConnection = (app: App, socket: DdpSocket, ip?: string): DdpConnection => {
  const parts = createParts(app, socket, ip)
  let connected = false
  let ended = false
  const heartbeat = startHeartbeat(
    app.clock,
    () => connected && parts.send({ msg: 'ping' }),
    () => socket.close(),
  )
  const connect = (frame: Frame): void => {
    connected = wantsVersion1(frame)
    parts.send(
      connected ? { msg: 'connected', session: parts.id } : { msg: 'failed', version: '1' },
    )
    if (!connected) socket.close()
  }
  socket.send('{"server_id":"0"}')
  return {
    receive: (text) => {
      if (ended) return
      heartbeat.alive()
      const frame = readFrame(parts, text)
      if (frame === undefined) return
      if (!connected) {
        if (frame.msg === 'connect') connect(frame)
        else parts.refuse('Must connect first', frame)
        return
      }
      const handler = handlers.get(String(frame.msg))
      if (handler === undefined) parts.refuse('Bad request', frame)
      else handler(parts, frame)
    },
    closed: () => {
      ended = true
      heartbeat.stop()
      parts.queue.stop()
      parts.subs.stopAll()
      parts.signIn.end()
    },
    tokenHash: () => parts.signIn.session()?.tokenHash,
  }
}
