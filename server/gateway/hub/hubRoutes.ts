import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { IdentityProvider } from '../identity/identityProvider'
import { ImError } from '../imError'
import { sendAbpError } from '../web/abpErrors'
import { bearerOf } from '../web/bearer'
import type { Hub } from './hub'

export type HubRoutesOptions = { identity: IdentityProvider; hub: Hub }

const transports = [{ transport: 'WebSockets', transferFormats: ['Text'] }]

const answer = Type.Union([
  Type.Object({
    negotiateVersion: Type.Integer(),
    connectionId: Type.String({ description: 'Public name of the connection' }),
    connectionToken: Type.Optional(
      Type.String({ description: 'Secret, for the websocket’s `id`; version 1 only' }),
    ),
    availableTransports: Type.Array(
      Type.Object({ transport: Type.String(), transferFormats: Type.Array(Type.String()) }),
    ),
  }),
  Type.Object({ error: Type.String() }),
])

/** `POST {hub}/negotiate` (gateway reference 1.2). A mistake in the version is answered with 200 and `error`. */
export const hubRoutes: FastifyPluginAsyncTypebox<HubRoutesOptions> = async (app, options) => {
  const { identity, hub } = options
  // The official client sends an empty body of any type.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.setErrorHandler(sendAbpError)

  app.post(
    '/negotiate',
    {
      schema: {
        summary: 'SignalR: announces a hub connection and the transports',
        headers: Type.Object({ authorization: Type.Optional(Type.String()) }),
        response: { 200: answer },
      },
    },
    async (request, reply) => {
      const { origin, host } = request.headers
      if (!hub.isAllowedOrigin(origin, host)) {
        throw new ImError('not-allowed', 'Pages of this origin are not allowed here.')
      }
      const caller = await identity.verify(bearerOf(request))
      const version = versionOf(request.query)
      reply.header('cache-control', 'no-store')
      if (version === undefined) {
        return { error: 'The client requested a non-integer protocol version.' }
      }
      const { connectionId, connectionToken } = await hub.negotiate(caller)
      if (version === 0) {
        // The oldest version knows one id, which is then the secret.
        const connection = { connectionId: connectionToken, availableTransports: transports }
        return { negotiateVersion: 0, ...connection }
      }
      const connection = { connectionId, connectionToken, availableTransports: transports }
      return { negotiateVersion: 1, ...connection }
    },
  )
  await Promise.resolve()
}

/** Query keys are compared without regard to case. */
function versionOf(query: unknown): number | undefined {
  const entries = Object.entries(query as Record<string, unknown>)
  const found = entries.find(([name]) => name.toLowerCase() === 'negotiateversion')
  if (found === undefined) return 0
  return typeof found[1] === 'string' && /^\d{1,9}$/.test(found[1]) ? Number(found[1]) : undefined
}
