import { demoPeople } from '../../server/demo/people'

/** A message as the server answers it; only what tests read. */
export type StoredMessage = {
  _id: string
  rid: string
  msg: string
  /** Set on system messages. */
  t?: string
  ts: string
  editedAt?: string
  u: { _id: string; username: string; name?: string }
}

/** A room as `rooms.get` answers it. */
export type StoredRoom = { _id: string; t: 'c' | 'p' | 'd'; name?: string; usernames?: string[] }

type Json = Record<string, unknown>

/** A demo person who acts from outside of any client under test. */
export type RestPerson = {
  readonly userId: string
  readonly username: string
  readonly accessToken: string
  /** Undefined with back-end authentication, where callers have no chat token. */
  readonly authToken: string | undefined
  get(path: string, query?: Record<string, string>): Promise<Json>
  post(path: string, body: Json): Promise<Json>
  /** The room of this name, or the direct conversation with the person of this username. */
  roomId(name: string): Promise<string>
  send(roomId: string, text: string): Promise<StoredMessage>
  edit(roomId: string, messageId: string, text: string): Promise<void>
  remove(roomId: string, messageId: string): Promise<void>
  /** Every message of a room, oldest first. */
  history(roomId: string): Promise<StoredMessage[]>
  /** Ends this sign-in; the chat token and the business token are refused from then on. */
  signOut(): Promise<void>
}

const historyPath = { c: 'channels.history', p: 'groups.history', d: 'im.history' } as const
const pageSize = 100

/**
 * The gateway's REST interface as a caller from outside uses it.
 * @param url the gateway's address without a slash at the end
 */
export function rest(url: string): { signIn(username: string): Promise<RestPerson> } {
  return { signIn: (username) => signIn(url, username) }
}

async function signIn(url: string, username: string): Promise<RestPerson> {
  const known = demoPeople.find((person) => person.username === username)
  if (!known) throw new Error(`No demo person is called ${username}`)
  const credentials = { userNameOrEmailAddress: username, password: known.password }
  const { accessToken } = await openEnvelope<{ accessToken: string }>(
    `${url}/api/TokenAuth/Authenticate`,
    undefined,
    credentials,
  )
  const im = `${url}/api/services/app/Im`
  const chat = await openEnvelope<ChatSession>(`${im}/Authenticate`, accessToken, {})
  const headers: Record<string, string> = { authorization: `Bearer ${accessToken}` }
  if (chat.authToken !== undefined) {
    headers['x-auth-token'] = chat.authToken
    headers['x-user-id'] = chat.userId
  }
  const caller = createCaller(`${url}/api/v1`, headers)
  return {
    userId: chat.userId,
    username,
    accessToken,
    authToken: chat.authToken,
    ...caller,
    ...messagesOf(caller, username),
    async signOut() {
      await openEnvelope(`${im}/Logout`, accessToken, {})
    },
  }
}

type ChatSession = { userId: string; authToken?: string }

/** Posts to an ABP endpoint and opens its envelope. */
async function openEnvelope<T>(url: string, bearer: string | undefined, body: Json): Promise<T> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (bearer) headers.authorization = `Bearer ${bearer}`
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const envelope = (await response.json()) as { result?: T; error?: { message?: string } | null }
  if (!response.ok) {
    throw new Error(`POST ${url}: ${response.status} ${envelope.error?.message ?? ''}`)
  }
  return envelope.result as T
}

type Caller = Pick<RestPerson, 'get' | 'post'>

function createCaller(base: string, headers: Record<string, string>): Caller {
  const call = async (path: string, init: RequestInit): Promise<Json> => {
    const response = await fetch(`${base}/${path}`, init)
    const text = await response.text()
    if (!response.ok) throw new Error(`${init.method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text) as Json
  }
  return {
    get: (path, query = {}) =>
      call(`${path}?${new URLSearchParams(query).toString()}`, { method: 'GET', headers }),
    post: (path, body) =>
      call(path, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  }
}

type Messages = Pick<RestPerson, 'roomId' | 'send' | 'edit' | 'remove' | 'history'>

function messagesOf({ get, post }: Caller, self: string): Messages {
  const rooms = async () => (await get('rooms.get')).update as StoredRoom[]
  const isCalled = (room: StoredRoom, name: string): boolean =>
    room.t === 'd'
      ? room.usernames?.length === 2 && room.usernames.includes(name) && name !== self
      : room.name === name
  return {
    async roomId(name) {
      const room = (await rooms()).find((one) => isCalled(one, name))
      if (!room) throw new Error(`${self} has no room ${name}`)
      return room._id
    },
    async send(rid, msg) {
      return (await post('chat.sendMessage', { message: { rid, msg } })).message as StoredMessage
    },
    async edit(roomId, msgId, text) {
      await post('chat.update', { roomId, msgId, text })
    },
    async remove(roomId, msgId) {
      await post('chat.delete', { roomId, msgId })
    },
    async history(roomId) {
      const room = (await rooms()).find((one) => one._id === roomId)
      if (!room) throw new Error(`${self} has no room with the id ${roomId}`)
      return readHistory(get, historyPath[room.t], roomId)
    },
  }
}

/** Pages overlap by one message, so that two messages of the same millisecond are both read. */
async function readHistory(
  get: Caller['get'],
  path: string,
  roomId: string,
): Promise<StoredMessage[]> {
  const newestFirst = new Map<string, StoredMessage>()
  let query: Record<string, string> = { roomId, count: String(pageSize) }
  for (;;) {
    const page = (await get(path, query)).messages as StoredMessage[]
    const known = newestFirst.size
    for (const message of page) newestFirst.set(message._id, message)
    const last = page.at(-1)
    if (!last || page.length < pageSize || newestFirst.size === known) break
    query = { ...query, latest: last.ts, inclusive: 'true' }
  }
  return [...newestFirst.values()].reverse()
}
