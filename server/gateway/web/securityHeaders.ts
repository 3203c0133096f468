import type { FastifyReply, FastifyRequest } from 'fastify'

const plainHost = /^[A-Za-z0-9.:[\]-]{1,255}$/

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'geolocation=(self), camera=(self), microphone=(self)',
}

/**
 * Headers for a chat page: no foreign scripts, no framing. uni-app writes inline styles, never inline scripts.
 *
 * @param realtimeOrigin origin of the websocket when it is not the gateway itself.
 */
export function createSecurityHeaders(realtimeOrigin: string | undefined) {
  return async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    reply.headers(always)
    if (!reply.hasHeader('content-security-policy')) {
      reply.header('content-security-policy', policyFor(request.headers.host, realtimeOrigin))
    }
    return Promise.resolve(payload)
  }
}

function policyFor(host: string | undefined, realtimeOrigin: string | undefined): string {
  const connect = ["'self'"]
  // Web views before 2022 do not count websockets of the same host as 'self'.
  if (host !== undefined && plainHost.test(host)) connect.push(`ws://${host}`, `wss://${host}`)
  if (realtimeOrigin !== undefined) connect.push(realtimeOrigin)
  return [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src ${connect.join(' ')}`,
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
