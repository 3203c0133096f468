import type { IncomingMessage } from 'node:http'
import type { Static, TSchema } from 'typebox'
import type { App } from '../app'
import type { Session } from '../auth/sessions'
import type { UserDoc } from '../documents'

/** What a handler knows of the call. */
export type Call<Query, Body> = {
  app: App
  query: Query
  body: Body
  /** The caller; undefined only on endpoints with `auth: 'none'`. */
  session: Session | undefined
  /** The rest of the path of an endpoint that ends with a slash, for example the method of `method.call/`. */
  rest: string
  request: IncomingMessage
  /** The client's address (`clientAddress`). */
  ip: string
}

/** A call of a signed-in user. */
export type UserCall<Query, Body> = Call<Query, Body> & { user: UserDoc; session: Session }

/** An answer that is not the usual `{...payload, success: true}` with status 200. */
export class Reply {
  readonly status: number
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

type Payload = Record<string, unknown>
export type Answer = Payload | Reply | Promise<Payload | Reply>

export type Endpoint = {
  method: 'GET' | 'POST' | 'DELETE'
  /** Path below `/api/v1/`. */
  path: string
  auth: 'user' | 'none'
  /** The caller needs every one of these. */
  permissions: readonly string[]
  query: TSchema | undefined
  body: TSchema | undefined
  /** Whether the handler reads the request itself, as uploads do; then nothing of the body is read or checked before. */
  readsRequest?: true
  handle(call: Call<unknown, unknown>): Answer
}

type GetOptions<Query extends TSchema> = {
  query?: Query
  permissions?: readonly string[]
}

type PostOptions<Body extends TSchema> = {
  body?: Body
  permissions?: readonly string[]
}

const asUser = (call: Call<unknown, unknown>): UserCall<unknown, unknown> => {
  // The router refuses calls without a session before a handler of such an endpoint runs.
  if (call.session === undefined) throw new Error('endpoint reached without a session')
  return { ...call, session: call.session, user: call.session.user }
}

/** A GET of signed-in users. Without a query schema no parameter is accepted. */
export const userGet = <Query extends TSchema>(
  path: string,
  options: GetOptions<Query>,
  handle: (call: UserCall<Static<Query>, unknown>) => Answer,
): Endpoint => ({
  method: 'GET',
  path,
  auth: 'user',
  permissions: options.permissions ?? [],
  query: options.query,
  body: undefined,
  handle: (call) => handle(asUser(call) as UserCall<Static<Query>, unknown>),
})

/** A POST of signed-in users. Without a body schema no member is accepted. */
export const userPost = <Body extends TSchema>(
  path: string,
  options: PostOptions<Body>,
  handle: (call: UserCall<unknown, Static<Body>>) => Answer,
): Endpoint => ({
  method: 'POST',
  path,
  auth: 'user',
  permissions: options.permissions ?? [],
  query: undefined,
  body: options.body,
  handle: (call) => handle(asUser(call) as UserCall<unknown, Static<Body>>),
})

/** A POST of signed-in users whose handler reads the request itself, because a file comes in it. */
export const userUpload = (
  path: string,
  permissions: readonly string[],
  handle: (call: UserCall<unknown, unknown>) => Answer,
): Endpoint => ({
  method: 'POST',
  path,
  auth: 'user',
  permissions,
  query: undefined,
  body: undefined,
  readsRequest: true,
  handle: (call) => handle(asUser(call)),
})

/** A DELETE of signed-in users; what it removes is named by the rest of the path. */
export const userDelete = (
  path: string,
  handle: (call: UserCall<unknown, unknown>) => Answer,
): Endpoint => ({
  method: 'DELETE',
  path,
  auth: 'user',
  permissions: [],
  query: undefined,
  body: undefined,
  handle: (call) => handle(asUser(call)),
})

/** A GET that needs no session. */
export const openGet = <Query extends TSchema>(
  path: string,
  query: Query | undefined,
  handle: (call: Call<Static<Query>, unknown>) => Answer,
): Endpoint => ({
  method: 'GET',
  path,
  auth: 'none',
  permissions: [],
  query,
  body: undefined,
  handle: (call) => handle(call as Call<Static<Query>, unknown>),
})

/** A POST that needs no session. */
export const openPost = <Body extends TSchema>(
  path: string,
  body: Body,
  handle: (call: Call<unknown, Static<Body>>) => Answer,
): Endpoint => ({
  method: 'POST',
  path,
  auth: 'none',
  permissions: [],
  query: undefined,
  body,
  handle: (call) => handle(call as Call<unknown, Static<Body>>),
})
