import type { RestAnswer, RestClient } from './support'

/** Status and code of a call; the code of a refused one as a client would find it (protocol reference 3.2). */
export const refusal = ({ status, body }: RestAnswer): [number, unknown] => [
  status,
  body.errorType ?? body.error,
]

/** The whole answer to a call without good credentials. */
export const notLoggedIn = {
  success: false,
  error: 'You must be logged in to do this.',
  status: 'error',
  message: 'You must be logged in to do this.',
}

export type Refused = {
  /** What is wrong, as the end of the sentence "it refuses ...". */
  why: string
  who: () => RestClient
  path: string
  /** Undefined for a GET. */
  body?: () => unknown
  status: number
  code: string
}

export const askFor = ({ who, path, body }: Refused): Promise<RestAnswer> =>
  body === undefined ? who().get(path) : who().post(path, body())
