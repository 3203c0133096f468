import type { Clock, TimerHandle } from '../../../src/platform/types'
import { createBackoff } from '../../../src/realtime/backoff'
import type { ChatSession, ChatSessions } from '../chat/chatSessions'
import type { HubConnection } from '../hub/hubApplication'
import { ImError } from '../imError'

const retryBaseMs = 250
const retryMaxMs = 30_000

/** Failures that pass; with any other the user cannot be signed in to the chat server. */
const passing = new Set<string>(['chat-unavailable', 'too-many-attempts', 'agent-refused'])

export type ChatLoginOptions = {
  sessions: Pick<ChatSessions, 'open'>
  clock: Clock
  /** A hub connection of the user, in whose name the session is asked for. */
  holder(): HubConnection | undefined
  /** A session that the chat server has not refused yet. */
  onSession(session: ChatSession, sessionId: string): void
  /** There is no session to be had. */
  onGivenUp(): void
}

/**
 * The chat session with which the relay signs a user in: the user's own, from the store of the gateway. It renews once as
 * `withChat` does, but not through it: that one repeats a request which was answered with 401, while here the refusal comes
 * over a connection that outlives requests, the session may be any device's, and what passes is waited for.
 */
export type ChatLogin = {
  start(): void
  /** The chat server does not take this token: another one is asked for, and renewed once. */
  refused(token: string): void
  /** The chat server took the token; the next refusal may renew again. */
  confirmed(): void
  stop(): void
}

export function createChatLogin(options: ChatLoginOptions): ChatLogin {
  const { sessions, clock, holder, onSession, onGivenUp } = options
  const backoff = createBackoff(clock, retryBaseMs, retryMaxMs)
  let hasRenewed = false
  /** Number of the current search; the results of older ones are dropped. */
  let run = 0
  let timer: TimerHandle

  async function obtain(refusedToken: string | undefined, current: number): Promise<void> {
    const connection = holder()
    if (connection === undefined) {
      onGivenUp()
      return
    }
    try {
      const session = await sessionFor(connection, refusedToken)
      if (current !== run) return
      backoff.reset()
      if (session === undefined) onGivenUp()
      else onSession(session, connection.caller.sessionId)
    } catch (error) {
      if (current === run) failed(error, connection, refusedToken)
    }
  }

  /** Another device of the user may have renewed already; then its session is as good as a new one. */
  async function sessionFor(
    { caller, address }: HubConnection,
    refusedToken: string | undefined,
  ): Promise<ChatSession | undefined> {
    const kept = await sessions.open(caller, { renew: false, address })
    if (kept.authToken !== refusedToken) return kept
    if (hasRenewed) return undefined
    hasRenewed = true
    return sessions.open(caller, { renew: true, address })
  }

  function failed(
    error: unknown,
    connection: HubConnection,
    refusedToken: string | undefined,
  ): void {
    if (error instanceof ImError && error.code === 'not-signed-in') {
      // Only this sign-in has ended; another device of the user may go on.
      connection.close('session_revoked', false)
      search(refusedToken, 0)
    } else if (error instanceof ImError && !passing.has(error.code)) {
      onGivenUp()
    } else {
      const askedMs = error instanceof ImError ? (error.retryAfterSeconds ?? 0) * 1000 : 0
      search(refusedToken, Math.max(backoff.next(), Math.min(askedMs, retryMaxMs)))
    }
  }

  function search(refusedToken: string | undefined, delayMs: number): void {
    run += 1
    const current = run
    clock.clearTimeout(timer)
    if (delayMs === 0) void obtain(refusedToken, current)
    else timer = clock.setTimeout(() => void obtain(refusedToken, current), delayMs)
  }

  return {
    start: () => search(undefined, 0),
    refused: (token) => search(token, 0),
    confirmed() {
      hasRenewed = false
    },
    stop() {
      run += 1
      clock.clearTimeout(timer)
    },
  }
}
