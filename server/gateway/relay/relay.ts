import type { Logger } from 'pino'
import type { Clock } from '../../../src/platform/types'
import type { ChatSessions } from '../chat/chatSessions'
import { HubError, type HubApplication, type HubConnection } from '../hub/hubApplication'
import { createEventReader } from './events'
import { createUserRelay, type RelayCounts, type UserRelay } from './userRelay'
import { maxWatchedPeople } from './watchedPeople'

/** Ids of rooms, messages and users, as every kind of chat server makes them; above all nothing with a slash. */
const idPattern = /^[\w.-]{1,100}$/

export type RelayOptions = {
  sessions: Pick<ChatSessions, 'open'>
  /** Address of the chat server, with its path prefix. */
  chatAddress: URL
  /** Counted up while the relay works. */
  counts: RelayCounts
  clock: Clock
  logger: Logger
}

export type Relay = HubApplication & {
  /** A sign-in was ended; told after its hub connections were closed. */
  sessionEnded(sessionId: string): void
  /** A user may not go on; told after the user's hub connections were closed. */
  userEnded(userId: string): void
  /** Ends every connection to the chat server. */
  close(): void
  /** Users with a connection to the chat server, also those in their grace period. */
  readonly userCount: number
}

/**
 * Back-end authentication: serves the hub connections of each business user from one DDP connection that is signed in as
 * this user. The chat server decides what the user may see; nothing is shared between users.
 */
export function createRelay(options: RelayOptions): Relay {
  const { sessions, counts, clock, logger } = options
  const websocketUrl = websocketUrlOf(options.chatAddress)
  const users = new Map<string, UserRelay>()
  const events = createEventReader()

  function start(userId: string): UserRelay {
    const user = createUserRelay({
      sessions,
      websocketUrl,
      events,
      counts,
      clock,
      logger,
      onEnded() {
        if (users.get(userId) === user) users.delete(userId)
      },
    })
    users.set(userId, user)
    return user
  }

  function userOf({ caller }: HubConnection): UserRelay {
    const user = users.get(caller.userId)
    if (user === undefined) throw new HubError('closed')
    return user
  }

  return {
    connected(connection) {
      const { userId } = connection.caller
      const user = users.get(userId) ?? start(userId)
      user.add(connection)
    },
    disconnected: (connection) => users.get(connection.caller.userId)?.remove(connection),
    methods: {
      // SignalR's own pings are not answered; this tells a client that its connection is alive.
      ping: () => undefined,
      subscribeRoom: (connection, [roomId]) =>
        userOf(connection).rooms.subscribe(connection, readId(roomId)),
      unsubscribeRoom: (connection, [roomId]) =>
        userOf(connection).rooms.unsubscribe(connection, readId(roomId)),
      away: (connection, [isAway]) => {
        if (typeof isAway !== 'boolean') throw new HubError('bad_argument')
        userOf(connection).presence.set(connection, isAway)
      },
      watchPresence: (connection, [userIds]) =>
        userOf(connection).watched.set(connection, readIds(userIds)),
      typing: (connection, [roomId, isTyping, threadId]) => {
        if (typeof isTyping !== 'boolean') throw new HubError('bad_argument')
        const thread = threadId === undefined || threadId === null ? '' : readId(threadId)
        userOf(connection).sendTyping(readId(roomId), isTyping, thread)
      },
    },
    sessionEnded(sessionId) {
      for (const user of [...users.values()]) user.sessionEnded(sessionId)
    },
    userEnded(userId) {
      users.get(userId)?.close()
      users.delete(userId)
    },
    close() {
      for (const user of users.values()) user.close()
      users.clear()
    },
    get userCount() {
      return users.size
    },
  }
}

function readId(value: unknown): string {
  if (typeof value !== 'string' || !idPattern.test(value)) throw new HubError('bad_argument')
  return value
}

function readIds(value: unknown): string[] {
  if (!Array.isArray(value)) throw new HubError('bad_argument')
  if (value.length > maxWatchedPeople) throw new HubError('too_many_people')
  return value.map(readId)
}

function websocketUrlOf(chatAddress: URL): string {
  const url = new URL(`${chatAddress.pathname.replace(/\/+$/, '')}/websocket`, chatAddress)
  url.protocol = url.protocol.replace('http', 'ws')
  return url.href
}
