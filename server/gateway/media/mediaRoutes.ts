import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { abpResult, abpSuccess } from '../abpEnvelope'
import type { ChatSessions } from '../chat/chatSessions'
import type { IdentityProvider } from '../identity/identityProvider'
import { sendAbpError } from '../web/abpErrors'
import { bearerOf } from '../web/bearer'
import { fetchFile, type FileSource } from './fetchFile'
import type { MediaAccess } from './mediaAccess'

const maxPaths = 200
export type MediaRoutesOptions = FileSource & {
  identity: IdentityProvider
  sessions: Pick<ChatSessions, 'open' | 'forgetIfDead'>
  media: MediaAccess
}

const signed = Type.Object({
  addresses: Type.Array(
    Type.Union([Type.String(), Type.Null({ description: 'The path is no avatar and no file' })]),
    { description: 'In the order of `paths`; each begins with `/media/` on this gateway' },
  ),
  expiresAt: Type.Integer({ description: 'Epoch milliseconds; 5 to 10 minutes from now' }),
})

/**
 * `POST .../Im/SignMedia` and `GET /media/...`: avatars and files for `<image>` tags, which can send no headers. The
 * address is good for one path and one sign-in, for ten minutes at most, and holds no token (gateway reference 7,
 * item 23).
 */
export const mediaRoutes: FastifyPluginAsyncTypebox<MediaRoutesOptions> = async (app, options) => {
  const { identity, sessions, media } = options
  app.setErrorHandler(sendAbpError)

  app.post(
    '/api/services/app/Im/SignMedia',
    {
      schema: {
        tags: ['Chat session'],
        security: [{ business: [] }],
        summary: 'Short-lived addresses of avatars and files for image tags, many at once',
        headers: Type.Object({ authorization: Type.Optional(Type.String()) }),
        body: Type.Object({
          paths: Type.Array(Type.String({ maxLength: 1024 }), {
            minItems: 1,
            maxItems: maxPaths,
            description: 'As messages have them: `/file-upload/…`, `/avatar/…`, with their query',
          }),
        }),
        response: { 200: abpResult(signed) },
      },
    },
    async (request, reply) => {
      const caller = await identity.verify(bearerOf(request))
      // The addresses are of use only while the sign-in has a chat token.
      await sessions.open(caller, { renew: false, address: request.ip })
      reply.header('cache-control', 'no-store')
      return abpSuccess(media.sign(caller, request.body.paths))
    },
  )

  app.route({
    method: ['GET', 'HEAD'],
    url: '/media/*',
    schema: {
      tags: ['Chat session'],
      summary: 'An avatar or a file by the address that SignMedia has given; no headers needed',
    },
    handler: async (request, reply) => {
      const opened = await media.open(request.raw.url ?? '').catch((error: unknown) => {
        reply.header('cache-control', 'no-store')
        throw error
      })
      return fetchFile(request, reply, opened, options)
    },
  })
  await Promise.resolve()
}
