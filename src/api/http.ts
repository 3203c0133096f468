import Request, { type HttpError, type HttpRequestConfig, type HttpResponse } from 'luch-request'
import type { Clock, KeyValueStorage } from '../platform/types'
import { openAnswer } from './answer'
import { ApiError, sessionOverError } from './apiError'
import { toQueryString, type Query } from './queryString'
import { createSessionGuard } from './sessionGuard'
import { storageKeys } from './storageKeys'

export type RequestOptions = {
  /**
   * What a 401 means: `renew` renews the chat session once and repeats; `throw` leaves it to the caller.
   * @default 'renew'
   */
  onUnauthorized?: 'renew' | 'throw'
  /**
   * What a 429 means: `wait` repeats as told; `throw` leaves it to the caller, for requests that somebody watches.
   * @default 'wait'
   */
  onRateLimited?: 'wait' | 'throw'
  /**
   * Sends no token at all.
   * @default false
   */
  isAnonymous?: boolean
}

/**
 * JSON over HTTP with the stored tokens. Every method resolves with the opened payload (the `result` of an ABP envelope,
 * or Rocket.Chat's JSON) and rejects with `ApiError` only. `T` is the caller's word, nothing is checked here.
 */
export interface Http {
  get<T = unknown>(path: string, query?: Query, options?: RequestOptions): Promise<T>
  post<T = unknown>(path: string, body?: object, options?: RequestOptions): Promise<T>
}

export type HttpOptions = {
  /** Origin of the gateway, with or without a slash at the end; asked for every request. */
  baseUrl: () => string
  storage: KeyValueStorage
  clock: Clock
  /**
   * Gets a new chat token and stores it. True when there is one now. A rejection (no network) is handed to the requests
   * that wait for it and ends no session.
   */
  renewChatSession: () => Promise<boolean>
  /** The session is over: a renewal was refused, or the renewed token was. Called once per dead token. */
  onSessionExpired: () => void
  /** The server has just answered a request, which was neither refused nor unreadable: it is alive. */
  onAnswer?: () => void
  /**
   * Milliseconds until a request counts as failed.
   * @default 20000
   */
  timeoutMs?: number
  /**
   * How often one request is repeated after 429.
   * @default 3
   */
  maxRateLimitRepeats?: number
  /**
   * The longest wait before a repeat after 429, in milliseconds; a longer one that is told is cut to this.
   * @default 60000
   */
  maxRateLimitWaitMs?: number
}

type Call = {
  method: 'GET' | 'POST'
  path: string
  body: object | undefined
  options: RequestOptions
}

/** Waits this long after a 429 that does not say how long. Rocket.Chat counts calls per 60 s by default. */
const unsaidWaitMs = 5_000
/** Never repeat at once, also when the told moment has passed on this device's clock. */
const minWaitMs = 250

/**
 * The one HTTP instance of the client, on luch-request.
 *
 * The request interceptor sets `Authorization` and, where there is a chat token, `X-Auth-Token` and `X-User-Id` from storage; the response interceptors open
 * answers or turn them into `ApiError`; around them each call is repeated once after a 401 that a renewal has cured, and
 * after 429 as told, where the caller did not ask to hear of it.
 */
export function createHttp(options: HttpOptions): Http {
  const { clock, storage } = options
  const { timeoutMs = 20_000, maxRateLimitRepeats = 3, maxRateLimitWaitMs = 60_000 } = options
  const luch = createLuch(options)
  const guard = createSessionGuard(options)

  async function send<T>(call: Call): Promise<T> {
    const owner = storage.get(storageKeys.chatUserId)
    for (let repeats = 0; ; repeats += 1) {
      try {
        return (await sendOnce(call, owner)) as T
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 429) throw error
        if (repeats >= maxRateLimitRepeats || call.options.onRateLimited === 'throw') throw error
        const told = error.retryAfterMs ?? unsaidWaitMs
        await wait(clock, Math.min(Math.max(told, minWaitMs), maxRateLimitWaitMs))
      }
    }
  }

  function sendOnce(call: Call, owner: unknown): Promise<unknown> {
    const { onUnauthorized = 'renew', isAnonymous = false } = call.options
    if (isAnonymous || onUnauthorized === 'throw') return exchange(call)
    return guard.run(async () => {
      // Somebody else may have signed in while this waited: it must not be repeated in their name.
      if (storage.get(storageKeys.chatUserId) !== owner) throw sessionOverError()
      return exchange(call)
    })
  }

  function exchange({ method, path, body, options: { isAnonymous = false } }: Call) {
    const config: HttpRequestConfig = {
      url: options.baseUrl().replace(/\/+$/, '') + path,
      method,
      timeout: timeoutMs,
      custom: { isAnonymous },
    }
    if (body !== undefined) config.data = body
    return requestWithin(luch, config, clock, timeoutMs)
  }

  return {
    get: (path, query = {}, requestOptions = {}) => {
      const url = path + toQueryString(query)
      return send({ method: 'GET', path: url, body: undefined, options: requestOptions })
    },
    post: (path, body = {}, requestOptions = {}) =>
      send({ method: 'POST', path, body, options: requestOptions }),
  }
}

function createLuch({ storage, clock, onAnswer }: HttpOptions): Request {
  const luch = new Request()
  luch.interceptors.request.use((config) => {
    if (config.custom?.isAnonymous !== true) config.header = withTokens(config.header, storage)
    return config
  })
  // The interceptors change the type of what travels through the chain, which luch-request's typings do not foresee.
  luch.interceptors.response.use(
    (response) => {
      const opened = openAnswer(toAnswer(response), clock.now())
      onAnswer?.()
      return opened as HttpResponse
    },
    (failure: unknown) => {
      if (failure instanceof Error) throw failure
      const response = failure as HttpError
      if (!response.statusCode) throw networkError(response.errMsg)
      return openAnswer(toAnswer(response), clock.now()) as HttpError
    },
  )
  return luch
}

function withTokens(header: Record<string, string> | undefined, storage: KeyValueStorage) {
  const result = { ...header }
  const accessToken = storage.get(storageKeys.accessToken)
  const chatToken = storage.get(storageKeys.chatToken)
  const chatUserId = storage.get(storageKeys.chatUserId)
  if (isText(accessToken)) result.Authorization = `Bearer ${accessToken}`
  // A pair or nothing: the server treats half of it as no login.
  if (isText(chatToken) && isText(chatUserId)) {
    result['X-Auth-Token'] = chatToken
    result['X-User-Id'] = chatUserId
  }
  return result
}

function toAnswer(response: HttpError | HttpResponse) {
  const headers: Record<string, unknown> = response.header ?? {}
  return { status: response.statusCode ?? 0, headers, body: response.data as unknown }
}

/** The platform's own time-out is only a hint on some of them, so the request is given up here as well. */
function requestWithin(
  luch: Request,
  config: HttpRequestConfig,
  clock: Clock,
  timeoutMs: number,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let abort = (): void => undefined
    const timer = clock.setTimeout(() => {
      reject(timeoutError())
      abort()
    }, timeoutMs)
    config.getTask = (task) => {
      abort = () => task.abort()
    }
    luch
      .request<unknown, unknown>(config)
      .then(resolve, reject)
      .finally(() => clock.clearTimeout(timer))
  })
}

function wait(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, delayMs)
  })
}

function networkError(errMsg: string | undefined): ApiError {
  if (/time ?out/i.test(errMsg ?? '')) return timeoutError()
  return new ApiError({
    status: 0,
    code: 'network',
    message: 'The server could not be reached.',
    isNetwork: true,
  })
}

function timeoutError(): ApiError {
  return new ApiError({
    status: 0,
    code: 'timeout',
    message: 'The server did not answer in time.',
    isNetwork: true,
  })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
