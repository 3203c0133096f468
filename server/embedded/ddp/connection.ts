import type { App } from '../app'
import type { Session } from '../auth/sessions'
import type { UserDoc } from '../documents'
import { parseEjson, stringifyEjson } from '../ejson'
import { isExpected, toDdpError } from '../errors'
import { randomId } from '../ids'
import { methodFrame, subFrame, wantsVersion1, type Frame, type MethodFrame } from './frames'
import { startHeartbeat } from './heartbeat'
import type { MethodConnection } from './method'
import { callMethod } from './methods'
import { createConnectionSubs } from './subscriptions'

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

const maxQueued = 10_000

const parseFrame = (text: string): Frame | undefined => {
  try {
    const frame = parseEjson(text)
    return typeof frame === 'object' && frame !== null && !Array.isArray(frame)
      ? (frame as Frame)
      : undefined
  } catch {
    return undefined
  }
}

/** What Meteor publishes of the own account without a subscription (protocol reference 1.7). */
const ownFields = (user: UserDoc): Record<string, unknown> => ({
  username: user.username,
  emails: user.emails,
})

/** One DDP connection: the rules of protocol reference 1.1 to 1.7. */
export const createConnection = (app: App, socket: DdpSocket): DdpConnection => {
  const id = randomId()
  let connected = false
  let ended = false
  let session: Session | undefined
  const send = (frame: object): void => socket.send(stringifyEjson(frame))
  const refuse = (reason: string, offendingMessage?: Frame): void =>
    send(
      offendingMessage === undefined
        ? { msg: 'error', reason }
        : { msg: 'error', reason, offendingMessage },
    )
  const currentUser = (): UserDoc | undefined =>
    session === undefined ? undefined : app.store.users.get(session.user._id)
  const subs = createConnectionSubs({
    app,
    connectionId: id,
    user: currentUser,
    send: (text) => socket.send(text),
  })
  const heartbeat = startHeartbeat(
    app.clock,
    () => connected && send({ msg: 'ping' }),
    () => socket.close(),
  )

  const setSession = (next: Session | undefined): void => {
    const before = session
    if (ended) return
    session = next
    if (before !== undefined && before.user._id !== next?.user._id) {
      send({ msg: 'removed', collection: 'users', id: before.user._id })
      app.presence.connectionGone(before.user, id)
    }
    if (next !== undefined && before?.user._id !== next.user._id) {
      const fields = ownFields(next.user)
      send({ msg: 'added', collection: 'users', id: next.user._id, fields })
      app.presence.connectionStatus(next.user, id, 'online')
    }
    if (before?.user._id !== next?.user._id) subs.restart()
  }
  const methodConnection: MethodConnection = { id, setSession, session: () => session }

  const runMethod = async ({ id: callId, method, params }: MethodFrame): Promise<void> => {
    const caller = { app, user: currentUser(), connection: methodConnection }
    try {
      const result = await callMethod(caller, method, params)
      send({ msg: 'result', id: callId, result })
    } catch (error) {
      if (!isExpected(error)) app.logger.error({ err: error, method }, 'method failed')
      send({ msg: 'result', id: callId, error: toDdpError(error) })
    }
    send({ msg: 'updated', methods: [callId] })
  }

  // Methods and subscriptions of a connection run one after the other (rule 1).
  const queue: (() => void | Promise<void>)[] = []
  let running = false
  const drain = async (): Promise<void> => {
    running = true
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      if (!ended) await task()
    }
    running = false
  }
  const enqueue = (task: () => void | Promise<void>): void => {
    if (queue.length >= maxQueued) {
      socket.close()
      return
    }
    queue.push(task)
    if (!running) void drain()
  }

  const handlers = new Map<string, (frame: Frame) => void>([
    ['pong', () => undefined],
    [
      'method',
      (frame) => {
        const call = methodFrame(frame)
        if (call === undefined) refuse('Malformed method invocation', frame)
        else enqueue(() => runMethod(call))
      },
    ],
    [
      'sub',
      (frame) => {
        const sub = subFrame(frame)
        if (sub === undefined) refuse('Malformed subscription', frame)
        else enqueue(() => subs.start(sub))
      },
    ],
    [
      'unsub',
      (frame) => {
        const { id: subId } = frame
        if (typeof subId === 'string') enqueue(() => subs.stop(subId))
        else refuse('Malformed subscription', frame)
      },
    ],
  ])

  const connect = (frame: Frame): void => {
    if (!wantsVersion1(frame)) {
      send({ msg: 'failed', version: '1' })
      socket.close()
      return
    }
    connected = true
    send({ msg: 'connected', session: id })
  }

  const handle = (frame: Frame): void => {
    if (frame.msg === 'connect') {
      if (connected) refuse('Already connected', frame)
      else connect(frame)
      return
    }
    if (!connected) {
      refuse('Must connect first', frame)
      return
    }
    if (frame.msg === 'ping') {
      send(frame.id === undefined ? { msg: 'pong' } : { msg: 'pong', id: frame.id })
      return
    }
    const handler = handlers.get(String(frame.msg))
    if (handler === undefined) refuse('Bad request', frame)
    else handler(frame)
  }

  socket.send('{"server_id":"0"}')
  return {
    receive: (text) => {
      if (ended) return
      heartbeat.alive()
      const frame = parseFrame(text)
      if (frame === undefined) refuse('Bad request')
      else if (typeof frame.msg !== 'string') refuse('Bad request', frame)
      else handle(frame)
    },
    closed: () => {
      ended = true
      heartbeat.stop()
      subs.stopAll()
      if (session !== undefined) app.presence.connectionGone(session.user, id)
    },
    tokenHash: () => session?.tokenHash,
  }
}
