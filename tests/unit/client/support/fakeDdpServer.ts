import type { FakeSocket, FakeSockets } from './fakeSockets'

type Frame = Record<string, unknown>
type DdpFailure = { error: string | number; reason?: string; details?: unknown }

/** What the server does with the frames of every connection; a test sets what it needs otherwise. */
export type FakeDdpServer = {
  /** False leaves attempts unanswered. */
  accepts: boolean
  /** The token the login takes; every other is refused with 401. */
  token: string
  /** When set, answers every login. */
  loginError: DdpFailure | undefined
  answersConnect: boolean
  answersLogin: boolean
  answersSubs: boolean
  /** Stream subscriptions to refuse, by `stream eventName`. */
  refusals: Map<string, DdpFailure>
  /** Answers of methods by name; without one a method is answered without a result. */
  methods: Map<string, (params: unknown[]) => unknown>
  /** Active subscriptions of the current connection: id -> `stream eventName`. */
  readonly subs: Map<string, string>
  /** Frames of the current connection, oldest first. */
  readonly received: Frame[]
  /** One event of a stream to the current connection, if it subscribed it. */
  emit(collection: string, eventName: string, ...args: unknown[]): void
}

/** A Rocket.Chat that answers at once over fake sockets, as protocol reference 1 and 2.1 say. */
export function serveFakeDdp(sockets: FakeSockets, token = 'token-1'): FakeDdpServer {
  let current: FakeSocket | undefined
  const server: FakeDdpServer = {
    accepts: true,
    token,
    loginError: undefined,
    answersConnect: true,
    answersLogin: true,
    answersSubs: true,
    refusals: new Map(),
    methods: new Map(),
    subs: new Map(),
    received: [],
    emit(collection, eventName, ...args) {
      for (const name of server.subs.values()) {
        if (name !== `${collection} ${eventName}`) continue
        current?.receive({ msg: 'changed', collection, id: 'id', fields: { eventName, args } })
      }
    },
  }
  sockets.onAttempt = (socket) => {
    current = socket
    server.subs.clear()
    server.received.length = 0
    socket.onSent = (text) => {
      const frame = JSON.parse(text) as Frame
      server.received.push(frame)
      answer(server, socket, frame)
    }
    if (server.accepts) queueMicrotask(() => socket.open())
  }
  return server
}

function answer(server: FakeDdpServer, socket: FakeSocket, frame: Frame): void {
  switch (frame.msg) {
    case 'connect':
      socket.receive({ server_id: '0' })
      if (server.answersConnect) socket.receive({ msg: 'connected', session: 'session' })
      return
    case 'ping':
      socket.receive({ msg: 'pong' })
      return
    case 'method':
      answerMethod(server, socket, frame)
      return
    case 'sub':
      answerSub(server, socket, frame)
      return
    case 'unsub':
      server.subs.delete(String(frame.id))
      socket.receive({ msg: 'nosub', id: frame.id })
  }
}

function answerMethod(server: FakeDdpServer, socket: FakeSocket, frame: Frame): void {
  const { id, method } = frame
  const params = frame.params as unknown[]
  if (method === 'login') {
    if (server.answersLogin) socket.receive({ msg: 'result', id, ...login(server, params[0]) })
    return
  }
  const result = server.methods.get(String(method))?.(params)
  socket.receive({ msg: 'updated', methods: [id] })
  socket.receive({ msg: 'result', id, result })
}

function login(server: FakeDdpServer, options: unknown): Frame {
  if (server.loginError !== undefined) return { error: server.loginError }
  const { resume } = options as { resume?: unknown }
  if (resume !== server.token) return { error: { error: 401, reason: 'User not found' } }
  return { result: { id: 'u1', token: resume, tokenExpires: { $date: 1 }, type: 'resume' } }
}

function answerSub(server: FakeDdpServer, socket: FakeSocket, frame: Frame): void {
  if (!server.answersSubs) return
  const [eventName] = frame.params as unknown[]
  const name = `${String(frame.name)} ${String(eventName)}`
  const refusal = server.refusals.get(name)
  if (refusal !== undefined) {
    socket.receive({ msg: 'nosub', id: frame.id, error: refusal })
    return
  }
  if (frame.name === 'stream-user-presence' && [...server.subs.values()].includes(name)) {
    // It has changed the first one, and is over (protocol reference 2.5).
    socket.receive({ msg: 'nosub', id: frame.id })
    return
  }
  server.subs.set(String(frame.id), name)
  socket.receive({ msg: 'ready', subs: [frame.id] })
}
