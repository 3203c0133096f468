import type { RestAnswer, RestClient } from '../support'

/** Status and code of a refused call; the code as a client would find it (protocol reference 3.2). */
export const refusal = ({ status, body }: RestAnswer): [number, string] => [
  status,
  String(body.errorType ?? body.error),
]

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
