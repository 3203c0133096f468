import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { abpResult, abpSuccess } from './abpEnvelope'
import type { ChatSessions } from './chat/chatSessions'
import type { IdentityProvider } from './identity/identityProvider'
import { bearerOf } from './web/bearer'
import type { ChatCookies } from './web/chatCookies'
import { sendAbpError } from './web/abpErrors'

export type ImRoutesOptions = {
  identity: IdentityProvider
  sessions: ChatSessions
  /**
   * Where clients get events. `ddp`: from the websocket of the chat server, `/websocket` of this gateway or an absolute
   * address, with the chat token. `signalr`: from the hub of this gateway; then the token stays here.
   */
  realtime: { mode: 'ddp' | 'signalr'; url: string }
  /** Undefined where the chat token is given in the answer only. */
  cookies?: ChatCookies | undefined
}

const bearer = { authorization: Type.Optional(Type.String()) }

const chatSession = Type.Object({
  userId: Type.String({ description: 'Rocket.Chat user id' }),
  authToken: Type.Optional(
    Type.String({
      description: 'Rocket.Chat login token, for X-Auth-Token and DDP resume; not with `signalr`',
    }),
  ),
  csrfToken: Type.Optional(
    Type.String({ description: 'With cookies: X-CSRF-Token of calls that change something' }),
  ),
  username: Type.String(),
  name: Type.String(),
  realtime: Type.Object({
    mode: Type.Union([Type.Literal('ddp'), Type.Literal('signalr')]),
    url: Type.String(),
  }),
})

/** `POST /api/services/app/Im/*`: the chat side of a business sign-in, in ABP's envelope. */
export const imRoutes: FastifyPluginAsyncTypebox<ImRoutesOptions> = async (app, options) => {
  const { identity, sessions, realtime, cookies } = options
  app.setErrorHandler(sendAbpError)

  app.post(
    '/Authenticate',
    {
      schema: {
        tags: ['Chat session'],
        security: [{ business: [] }],
        summary: 'The chat id and token of the signed-in business user; made on first use',
        headers: Type.Object(bearer),
        body: Type.Optional(
          Type.Union([Type.Object({ renew: Type.Optional(Type.Boolean()) }), Type.Null()]),
        ),
        response: { 200: abpResult(chatSession) },
      },
    },
    async (request, reply) => {
      const caller = await identity.verify(bearerOf(request))
      const renew = request.body?.renew ?? false
      const session = await sessions.open(caller, { renew, address: request.ip })
      reply.header('cache-control', 'no-store')
      if (realtime.mode === 'ddp' && cookies) {
        reply.header('set-cookie', cookies.set(session))
        const csrfToken = cookies.headerToken(session.authToken)
        return abpSuccess({ ...session, csrfToken, realtime })
      }
      if (realtime.mode === 'ddp') return abpSuccess({ ...session, realtime })
      const { userId, username, name } = session
      return abpSuccess({ userId, username, name, realtime })
    },
  )

  app.post(
    '/Logout',
    {
      schema: {
        tags: ['Chat session'],
        security: [{ business: [] }],
        summary: 'Ends this sign-in: revokes its chat token and its business token',
        headers: Type.Object(bearer),
        response: { 200: abpResult(Type.Null()) },
      },
    },
    async (request, reply) => {
      const caller = await identity.verify(bearerOf(request))
      if (cookies) reply.header('set-cookie', cookies.clear())
      await identity.signedOut?.(caller)
      await sessions.close(caller)
      return abpSuccess(null)
    },
  )
  await Promise.resolve()
}
