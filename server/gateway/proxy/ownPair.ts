import type { FastifyRequest } from 'fastify'
import { singleHeader } from '../web/bearer'
import type { ChatCookies } from '../web/chatCookies'

/** What a client itself brings of its chat session. */
export type BroughtPair = { userId: string | undefined; authToken: string | undefined }

/**
 * The chat id and token of a request: from its headers, or from its cookies where these are switched on.
 *
 * @returns undefined when it has none.
 * @throws {ImError} `not-allowed` when cookies come with a call that changes something and is not from a page of ours.
 */
export function broughtPair(
  request: FastifyRequest,
  cookies: ChatCookies | undefined,
): BroughtPair | undefined {
  if ('x-user-id' in request.headers || 'x-auth-token' in request.headers) {
    const userId = singleHeader(request, 'x-user-id')
    return { userId, authToken: singleHeader(request, 'x-auth-token') }
  }
  const pair = cookies?.pairOf(request)
  if (pair) cookies?.guard(request, pair)
  return pair
}
