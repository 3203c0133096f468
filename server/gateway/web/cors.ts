import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Origins } from './origins'

/** The last two are what the official SignalR client adds to its negotiation. */
const allowedHeaders =
  'authorization, content-type, x-auth-token, x-user-id, x-2fa-code, x-2fa-method, x-requested-with, x-signalr-user-agent'
const preflightSeconds = 600

/**
 * Answers pages of the configured foreign origins; without any configured nothing is added. Credentials are bearer
 * headers, cookies are never allowed across origins.
 */
export function createCors(origins: Origins) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { origin } = request.headers
    if (!origins.mayReadAcross(origin)) return Promise.resolve(undefined)
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'retry-after, x-ratelimit-reset',
      vary: 'Origin',
    })
    if (request.method !== 'OPTIONS') return Promise.resolve(undefined)
    reply.headers({
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': allowedHeaders,
      'access-control-max-age': preflightSeconds,
    })
    return reply.code(204).send()
  }
}
