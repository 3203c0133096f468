import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { abpResult, abpSuccess } from './abpEnvelope'
import type { ChatSessions } from './chat/chatSessions'
import type { IdentityProvider } from './identity/identityProvider'
import { bearerOf } from './web/bearer'
import { sendAbpError } from './web/abpErrors'

export type ImRoutesOptions = {
  identity: IdentityProvider
  sessions: ChatSessions
  /** Where clients open the DDP websocket: `/websocket` of this gateway or an absolute address. */
  realtimeUrl: string
}

const bearer = { authorization: Type.Optional(Type.String()) }

const chatSession = Type.Object({
  userId: Type.String({ description: 'Rocket.Chat user id' }),
  authToken: Type.String({
    description: 'Rocket.Chat login token, for X-Auth-Token and DDP resume',
  }),
  username: Type.String(),
  name: Type.String(),
  realtime: Type.Object({ mode: Type.Literal('ddp'), url: Type.String() }),
})

/** `POST /api/services/app/Im/*`: the chat side of a business sign-in, in ABP's envelope. */
export const imRoutes: FastifyPluginAsyncTypebox<ImRoutesOptions> = async (app, options) => {
  const { identity, sessions, realtimeUrl } = options
  app.setErrorHandler(sendAbpError)

  app.post(
    '/Authenticate',
    {
      schema: {
        summary: 'The chat id and token of the signed-in business user; made on first use',
        headers: Type.Object(bearer),
        body: Type.Optional(
          Type.Union([Type.Object({ renew: Type.Optional(Type.Boolean()) }), Type.Null()]),
        ),
        response: { 200: abpResult(chatSession) },
      },
    },
    async (request) => {
      const caller = await identity.verify(bearerOf(request))
      const renew = request.body?.renew ?? false
      const session = await sessions.open(caller, { renew, address: request.ip })
      return abpSuccess({ ...session, realtime: { mode: 'ddp' as const, url: realtimeUrl } })
    },
  )

  app.post(
    '/Logout',
    {
      schema: {
        summary: 'Ends this sign-in: revokes its chat token and its business token',
        headers: Type.Object(bearer),
        response: { 200: abpResult(Type.Null()) },
      },
    },
    async (request) => {
      const caller = await identity.verify(bearerOf(request))
      identity.signedOut?.(caller)
      await sessions.close(caller)
      return abpSuccess(null)
    },
  )
  await Promise.resolve()
}
