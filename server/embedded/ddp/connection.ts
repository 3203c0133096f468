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
  /** The socket is gone, or will be: whatever still comes in is not looked at. May be called again. */
  closed(): void
  tokenHash(): string | undefined
}

/** The parts of one connection. */
type Parts = {
  app: App
  id: string
  /** The client's address. */
  ip: string
  signIn: SignIn
  subs: ConnectionSubs
  queue: TaskQueue
  /** @throws MeteorError `too-many-requests` for one call or subscription of this name too many. */
  checkRate: (name: string) => void
  send: (frame: object) => void
  /** Answers a frame that breaks the protocol. */
  refuse: (reason: string, offendingMessage?: unknown) => void
  /** Ends the connection from this side. */
  end: () => void
}

const createParts = (app: App, socket: DdpSocket, ip: string, end: () => void): Parts => {
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
  const queue = createTaskQueue(() => app.clock.now())
  return { app, id, ip, signIn, subs, send, refuse, checkRate, end, queue }
}

const runMethod = async (parts: Parts, { id, method, params }: MethodFrame): Promise<void> => {
  const { app, signIn, send } = parts
  const connection = { id: parts.id, setSession: signIn.set, session: signIn.session }
  try {
    parts.checkRate(method)
    const caller = { app, user: signIn.user(), ip: parts.ip, connection }
    const result = await callMethod(caller, method, params)
    send({ msg: 'result', id, result })
  } catch (error) {
    if (!isExpected(error)) app.logger.error({ err: error, method }, 'method failed')
    send({ msg: 'result', id, error: toDdpError(error) })
  }
  send({ msg: 'updated', methods: [id] })
}

const runSub = (parts: Parts, sub: SubFrame, size: number): void => {
  try {
    parts.checkRate(sub.name)
  } catch (error) {
    parts.send({ msg: 'nosub', id: sub.id, error: toDdpError(error) })
    return
  }
  parts.subs.start(sub, size)
}

/** Methods and subscriptions of a connection run one after the other (protocol reference 1.2, rule 1). */
const enqueue = (parts: Parts, task: () => void | Promise<void>, size: number): void => {
  if (!parts.queue.add(task, size)) parts.end()
}

/** `size` is the length of the frame as it came, in characters. */
type Handler = (parts: Parts, frame: Frame, size: number) => void

const handlers: ReadonlyMap<string, Handler> = new Map([
  ['pong', () => undefined],
  ['connect', (parts, frame) => parts.refuse('Already connected', frame)],
  ['ping', ({ send }, { id }) => send(id === undefined ? { msg: 'pong' } : { msg: 'pong', id })],
  [
    'method',
    (parts, frame, size) => {
      const call = methodFrame(frame)
      if (call === undefined) parts.refuse('Malformed method invocation', frame)
      else enqueue(parts, () => runMethod(parts, call), size)
    },
  ],
  [
    'sub',
    (parts, frame, size) => {
      const sub = subFrame(frame)
      if (sub === undefined) parts.refuse('Malformed subscription', frame)
      else enqueue(parts, () => runSub(parts, sub, size), size)
    },
  ],
  [
    'unsub',
    (parts, frame, size) => {
      const { id } = frame
      if (typeof id === 'string') enqueue(parts, () => parts.subs.stop(id), size)
      else parts.refuse('Malformed subscription', frame)
    },
  ],
] satisfies [string, Handler][])

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
export const createConnection = (app: App, socket: DdpSocket, ip = ''): DdpConnection => {
  let connected = false
  let ended = false
  const closed = (): void => {
    if (ended) return
    ended = true
    heartbeat.stop()
    parts.queue.stop()
    parts.subs.stopAll()
    parts.signIn.end()
  }
  const end = (): void => {
    closed()
    socket.close()
  }
  const parts = createParts(app, socket, ip, end)
  const heartbeat = startHeartbeat(app.clock, () => connected && parts.send({ msg: 'ping' }), end)
  const connect = (frame: Frame): void => {
    connected = wantsVersion1(frame)
    parts.send(
      connected ? { msg: 'connected', session: parts.id } : { msg: 'failed', version: '1' },
    )
    if (!connected) end()
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
      else handler(parts, frame, text.length)
    },
    closed,
    tokenHash: () => parts.signIn.session()?.tokenHash,
  }
}
