import { ApiError } from './apiError'
import type { Http } from './http'

export type SignInResult = {
  accessToken: string
  /** Lifetime of the business token from now, in seconds. */
  expireInSeconds: number
  /** The person's id in the business system. */
  userId: string
}

export type RealtimeAddress = {
  /** `ddp`: front-end authentication, straight to Rocket.Chat. `signalr`: back-end authentication, through the hub. */
  mode: 'ddp' | 'signalr'
  /** Absolute, or a path on the gateway such as `/websocket`. */
  url: string
}

export type ChatSession = {
  /** Rocket.Chat user id. */
  userId: string
  /** Rocket.Chat auth token, also the resume token of DDP; with `signalr` it stays in the gateway. */
  authToken: string | undefined
  username: string
  /** Display name. */
  name: string
  realtime: RealtimeAddress
}

/** The gateway's own endpoints, in ABP's envelope. An existing ABP backend offers the same. */
export interface ImApi {
  /**
   * Signs in to the business system.
   * @throws {ApiError} 401 for a wrong name or password, 429 at once after too many of them
   */
  signIn(userName: string, password: string): Promise<SignInResult>
  /**
   * Exchanges the stored business token for a chat session.
   * @param options.renew asks for a new chat token because the last one was refused
   * @throws {ApiError} 401 when the business token is dead; without `renew` also 429 at once, because somebody waits for it
   */
  authenticate(options?: { renew?: boolean }): Promise<ChatSession>
  /** Ends the chat session on the server. @throws {ApiError} */
  signOut(): Promise<void>
}

export function createImApi(http: Http): ImApi {
  // 401 is for the caller: renewing the chat session is done with these very endpoints.
  const options = { onUnauthorized: 'throw' } as const
  // A form that stays busy without a word would be all that a person sees of the repeats.
  const atForm = { ...options, onRateLimited: 'throw' } as const
  return {
    async signIn(userName, password) {
      const body = { userNameOrEmailAddress: userName, password }
      const path = '/api/TokenAuth/Authenticate'
      return readSignIn(await http.post(path, body, { ...atForm, isAnonymous: true }))
    },
    async authenticate({ renew = false } = {}) {
      const path = '/api/services/app/Im/Authenticate'
      const answer = renew
        ? await http.post(path, { renew: true }, options)
        : await http.post(path, {}, atForm)
      return readSession(answer)
    },
    async signOut() {
      await http.post('/api/services/app/Im/Logout', {}, options)
    },
  }
}

function readSignIn(answer: unknown): SignInResult {
  const fields = asRecord(answer)
  const { accessToken, expireInSeconds, userId } = fields
  if (!isText(accessToken) || typeof expireInSeconds !== 'number') throw badAnswer()
  if (!isText(userId) && typeof userId !== 'number') throw badAnswer()
  return { accessToken, expireInSeconds, userId: String(userId) }
}

function readSession(answer: unknown): ChatSession {
  const { userId, authToken, username, name, realtime } = asRecord(answer)
  if (!isText(userId) || !isText(username)) throw badAnswer()
  const { mode, url } = asRecord(realtime)
  if ((mode !== 'ddp' && mode !== 'signalr') || !isText(url)) throw badAnswer()
  if (mode === 'ddp' && !isText(authToken)) throw badAnswer()
  return {
    userId,
    // A gateway that gives more than it should changes nothing: this way needs no token, so none is kept.
    authToken: mode === 'ddp' && isText(authToken) ? authToken : undefined,
    username,
    name: isText(name) ? name : username,
    realtime: { mode, url },
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw badAnswer()
  return value as Record<string, unknown>
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function badAnswer(): ApiError {
  return new ApiError({
    status: 200,
    code: 'bad-answer',
    message: 'The server answered something this app cannot read.',
  })
}
