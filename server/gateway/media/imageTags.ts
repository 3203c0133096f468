import type { FastifyReply, FastifyRequest } from 'fastify'
import { ImError } from '../imError'
import { toChatError } from '../proxy/chatShapes'
import { isFilePath, mentionsToken } from '../proxy/filePaths'
import { bearerOf } from '../web/bearer'
import type { ChatCookies } from '../web/chatCookies'
import type { MediaAccess } from './mediaAccess'
import { fetchFile, type FileSource } from './fetchFile'

const cachedSeconds = 300
const files = /^\/(?:avatar|file-upload)\//

export type ImageTagsOptions = FileSource & { cookies: ChatCookies; media: MediaAccess }

/**
 * Image tags of a page with chat cookies: these alone show avatars and files, and nothing else, because a tag can send no
 * headers. Every other request goes on to its route.
 *
 * @returns a `preHandler` hook.
 */
export function createImageTags(options: ImageTagsOptions) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.raw.url ?? ''
    const hasHeaders = bearerOf(request) !== undefined || 'x-auth-token' in request.headers
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead || hasHeaders || !files.test(path)) return undefined
    const brought = options.cookies.pairOf(request)
    // Any page of a neighbouring host can set the names without the prefix.
    if (!brought?.isHostBound) return undefined
    try {
      if (!isFilePath(path.split('?', 1)[0] ?? '') || mentionsToken(path)) {
        throw new ImError('not-allowed', 'This endpoint is not available through the gateway.')
      }
      const { userId, authToken } = brought
      const credentials = { userId, authToken }
      const pair = await options.media.issued(credentials)
      if (!pair) throw new ImError('not-signed-in', 'You must be logged in to do this.')
      const opened = { path, credentials, pair, secondsLeft: cachedSeconds }
      return await fetchFile(request, reply, opened, options)
    } catch (error) {
      if (!(error instanceof ImError)) throw error
      return reply.code(error.status).send(toChatError(error))
    }
  }
}
