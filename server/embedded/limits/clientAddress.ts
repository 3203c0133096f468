import type { IncomingMessage } from 'node:http'

/**
 * The address of a client. Each trusted proxy adds the address that it sees at the end of `X-Forwarded-For`, so with n of
 * them the n-th from the end is the client's; what stands before it anybody may have written.
 */
export const clientAddress = (request: IncomingMessage, forwardedCount: number): string => {
  const direct = request.socket.remoteAddress ?? ''
  const header = request.headers['x-forwarded-for']
  if (forwardedCount <= 0 || typeof header !== 'string') return direct
  return header.split(',').at(-forwardedCount)?.trim() ?? direct
}
