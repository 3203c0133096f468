import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { abpResult, abpSuccess } from './abpEnvelope'
import type { BusinessTokens } from './identity/businessTokens'
import type { UserDirectory } from './identity/identityProvider'
import type { SignInLimiter } from './identity/signInLimiter'
import { ImError } from './imError'
import { sendAbpError } from './web/abpErrors'

const daySeconds = 24 * 60 * 60
const rememberedSeconds = 30 * daySeconds

export type SignInRouteOptions = {
  /** Undefined when the demo is off and no other directory is configured. */
  directory: UserDirectory | undefined
  tokens: BusinessTokens
  limiter: SignInLimiter
}

const result = Type.Object({
  accessToken: Type.String(),
  expireInSeconds: Type.Integer(),
  userId: Type.Integer(),
})

/** `POST /api/TokenAuth/Authenticate` as ABP has it (gateway reference 6.2), for the built-in directory. */
export const signInRoute: FastifyPluginAsyncTypebox<SignInRouteOptions> = async (app, options) => {
  const { directory, tokens, limiter } = options
  app.setErrorHandler(sendAbpError)

  app.post(
    '/Authenticate',
    {
      schema: {
        tags: ['Sign-in'],
        summary: 'Business sign-in with a password',
        body: Type.Object({
          userNameOrEmailAddress: Type.String({ minLength: 1, maxLength: 256 }),
          password: Type.String({ minLength: 1, maxLength: 256 }),
          rememberClient: Type.Optional(Type.Boolean()),
        }),
        response: { 200: abpResult(result) },
      },
    },
    async (request) => {
      const { userNameOrEmailAddress: account, password, rememberClient } = request.body
      if (!directory) {
        throw new ImError('sign-in-disabled', 'Signing in with a password is switched off here.')
      }
      limiter.check(account, request.ip)
      const user = directory.authenticate(account, password)
      if (!user) {
        limiter.failed(account, request.ip)
        throw new ImError('wrong-password', 'The user name or the password is wrong.')
      }
      limiter.succeeded(account, request.ip)
      const issued = await tokens.issue(user, rememberClient ? rememberedSeconds : daySeconds)
      return abpSuccess({ ...issued, userId: user.userId })
    },
  )
  await Promise.resolve()
}
