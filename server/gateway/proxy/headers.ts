import type { IncomingHttpHeaders } from 'node:http'

/** What of a client's request reaches the chat server; everything else, credentials above all, stays here. */
const forwardedRequestHeaders = [
  'accept',
  'accept-encoding',
  'accept-language',
  'content-length',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'range',
  'user-agent',
  'x-2fa-code',
  'x-2fa-method',
]

const withheldResponseHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'set-cookie',
  'server',
  'x-powered-by',
  'x-instance-id',
  'strict-transport-security',
])

/**
 * @param clientAddress the address of the real client; it replaces whatever the client says about itself, so that the
 * chat server's limits count per person (protocol reference 3.4).
 */
export function requestHeaders(
  received: IncomingHttpHeaders,
  clientAddress: string,
): Record<string, string> {
  const headers: Record<string, string> = { 'x-forwarded-for': clientAddress }
  const named = connectionOptions(received.connection)
  for (const name of forwardedRequestHeaders) {
    const value = received[name]
    if (typeof value === 'string' && !named.has(name)) headers[name] = value
  }
  return headers
}

export function responseHeaders(received: IncomingHttpHeaders): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  const named = connectionOptions(received.connection)
  for (const [name, value] of Object.entries(received)) {
    const isOurs = withheldResponseHeaders.has(name) || name.startsWith('access-control-')
    if (value !== undefined && !isOurs && !named.has(name)) headers[name] = value
  }
  return headers
}

/** Headers that the Connection header names belong to this hop only (RFC 9110, 7.6.1). */
function connectionOptions(connection: string | undefined): Set<string> {
  return new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
}
