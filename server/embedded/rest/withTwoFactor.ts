import type { IncomingMessage } from 'node:http'
import { requireTwoFactor, type GivenFactor } from '../auth/twoFactor'
import { NotLoggedIn } from '../errors'
import type { Endpoint } from './endpoint'

const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** The second factor that a request carries (protocol reference 3.1). */
export const factorOf = (request: IncomingMessage): GivenFactor => ({
  code: header(request, 'x-2fa-code'),
  method: header(request, 'x-2fa-method'),
})

/** The endpoint behind a second factor, for whom has one. `remembered: false` asks every time. */
export const withTwoFactor = (
  endpoint: Endpoint,
  options: { remembered?: boolean } = {},
): Endpoint => ({
  ...endpoint,
  handle: async (call) => {
    const { app, session, request } = call
    if (session === undefined) throw new NotLoggedIn()
    await requireTwoFactor(app, session, factorOf(request), options)
    return endpoint.handle(call)
  },
})
