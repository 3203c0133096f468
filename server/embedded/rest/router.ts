import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from '../app'
import { resume, type Session } from '../auth/sessions'
import { BadJson } from '../ejson'
import { MeteorError, NotLoggedIn, TextError, diskFull, isDiskFull, isExpected } from '../errors'
import { clientAddress } from '../limits/clientAddress'
import { rateHeaders, restRate } from '../limits/restLimits'
import { BodyTooLarge, readBody } from './body'
import { Reply, type Endpoint } from './endpoint'
import { BadForm } from './form'
import { problemWith, readQuery } from './validate'

/** Answers everything below `/api`. */
export type RestRouter = (request: IncomingMessage, response: ServerResponse, url: URL) => void

const prefix = '/api/v1/'

const notLoggedIn = {
  success: false,
  error: 'You must be logged in to do this.',
  status: 'error',
  message: 'You must be logged in to do this.',
}

const corsOff = 'CORS not enabled. Go to "Admin > General > REST Api" to enable it.'

/** An error as the status and body of protocol reference 3.2. */
export const errorReply = (error: unknown): Reply => {
  if (error instanceof NotLoggedIn) return new Reply(401, notLoggedIn)
  if (error instanceof TextError) {
    return new Reply(error.status, { success: false, error: error.message })
  }
  if (error instanceof BodyTooLarge) {
    return new Reply(413, { success: false, error: 'The request is too large' })
  }
  if (error instanceof BadJson) {
    return new Reply(400, { success: false, error: 'The request body is not acceptable JSON' })
  }
  if (error instanceof BadForm) {
    return new Reply(400, {
      success: false,
      error: 'The form fields are not acceptable; send JSON',
    })
  }
  if (isDiskFull(error)) {
    const { message, code } = diskFull()
    return new Reply(507, { success: false, error: message, errorType: code })
  }
  if (!(error instanceof MeteorError)) {
    return new Reply(500, { success: false, error: 'Internal server error' })
  }
  const body: Record<string, unknown> = { success: false, error: error.message }
  body.errorType = String(error.code)
  if (error.details !== undefined) body.details = error.details
  return new Reply(error.code === 'error-unauthorized' ? 403 : 400, body)
}

const isBadBody = (error: unknown): boolean =>
  error instanceof BadJson || error instanceof BadForm || error instanceof BodyTooLarge

const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

const sessionOf = (app: App, request: IncomingMessage): Session | undefined => {
  const token = header(request, 'x-auth-token')
  const uid = header(request, 'x-user-id')
  if (token === undefined || uid === undefined) return undefined
  const session = resume(app, token)
  return session?.user._id === uid ? session : undefined
}

type Headers = Record<string, string>

const send = (response: ServerResponse, reply: Reply, headers: Headers): void => {
  if (response.destroyed) return
  const text = JSON.stringify(reply.body)
  response.writeHead(reply.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...reply.headers,
    ...headers,
  })
  response.end(text)
}

type Routes = Map<string, Endpoint>

const routesOf = (endpoints: readonly Endpoint[]): Routes => {
  const routes: Routes = new Map()
  for (const endpoint of endpoints) routes.set(`${endpoint.method} ${endpoint.path}`, endpoint)
  return routes
}

/** The endpoint of a path; `method.call/x` belongs to the one that is registered as `method.call/`. */
const findEndpoint = (
  routes: Routes,
  method: string,
  path: string,
): { endpoint: Endpoint; rest: string } | undefined => {
  const exact = routes.get(`${method} ${path}`)
  if (exact !== undefined) return { endpoint: exact, rest: '' }
  const slash = path.indexOf('/')
  if (slash === -1) return undefined
  const endpoint = routes.get(`${method} ${path.slice(0, slash + 1)}`)
  return endpoint === undefined ? undefined : { endpoint, rest: path.slice(slash + 1) }
}

const checkPermissions = (app: App, endpoint: Endpoint, session: Session | undefined): void => {
  for (const permission of endpoint.permissions) {
    if (session === undefined || !app.permissions.has(session.user, permission)) {
      const text =
        'User does not have the permissions required for this action [error-unauthorized]'
      throw new TextError(text, 403)
    }
  }
}

/** Counts the call and notes its headers. @throws TextError 429 for one too many. */
const checkRate = (
  app: App,
  endpoint: Endpoint,
  ip: string,
  session: Session | undefined,
  headers: Headers,
): void => {
  const rate = restRate(app, endpoint, ip, session?.user)
  if (rate === undefined) return
  Object.assign(headers, rateHeaders(rate))
  if (rate.allowed) return
  const seconds = Math.ceil((rate.resetAt - app.clock.now()) / 1000)
  const text = `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again. [error-too-many-requests]`
  throw new TextError(text, 429)
}

const runEndpoint = async (
  app: App,
  { endpoint, rest }: { endpoint: Endpoint; rest: string },
  request: IncomingMessage,
  url: URL,
  headers: Headers,
): Promise<Reply> => {
  const session = sessionOf(app, request)
  const ip = clientAddress(request, app.forwardedCount)
  if (endpoint.auth === 'user' && session === undefined) throw new NotLoggedIn()
  checkRate(app, endpoint, ip, session, headers)
  // The body is read in any case, so that a refused upload does not leave the connection half-used.
  const mayHaveBody = endpoint.method === 'POST' || endpoint.body !== undefined
  const hasBody = mayHaveBody && endpoint.readsRequest !== true
  const body = hasBody ? await readBody(request) : undefined
  checkPermissions(app, endpoint, session)
  const query = readQuery(endpoint.query, url.searchParams)
  const wrongQuery = endpoint.method === 'GET' ? problemWith(endpoint.query, query) : undefined
  if (wrongQuery !== undefined) throw new MeteorError('error-invalid-params', wrongQuery)
  const wrongBody = hasBody ? problemWith(endpoint.body, body) : undefined
  if (wrongBody !== undefined) throw new MeteorError('invalid-params', wrongBody)
  const answer = await endpoint.handle({ app, query, body, session, rest, request, ip })
  return answer instanceof Reply ? answer : new Reply(200, { ...answer, success: true })
}

const pathOf = (url: URL): string | undefined => {
  // The one endpoint that Rocket.Chat serves without a version.
  if (url.pathname === '/api/info') return 'info'
  return url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : undefined
}

/** Routes the REST API. Endpoints come from one file per resource. */
export const createRestRouter = (app: App, endpoints: readonly Endpoint[]): RestRouter => {
  const routes = routesOf(endpoints)
  const answer = async (request: IncomingMessage, url: URL, headers: Headers): Promise<Reply> => {
    if (request.method === 'OPTIONS') return new Reply(405, { success: false, error: corsOff })
    const path = pathOf(url)
    const found =
      path === undefined ? undefined : findEndpoint(routes, request.method ?? 'GET', path)
    if (found === undefined) return new Reply(404, { success: false, error: 'Resource not found' })
    try {
      return await runEndpoint(app, found, request, url, headers)
    } catch (error) {
      if (!isExpected(error) && !isBadBody(error)) {
        app.logger.error({ err: error, endpoint: found.endpoint.path }, 'REST endpoint failed')
      }
      return errorReply(error)
    }
  }
  return (request, response, url) => {
    const headers: Headers = {}
    void answer(request, url, headers).then((reply) => send(response, reply, headers))
  }
}
