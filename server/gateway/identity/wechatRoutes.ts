import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { abpResult, abpSuccess } from '../abpEnvelope'
import { ImError } from '../imError'
import { sendAbpError } from '../web/abpErrors'
import type { AccountCheck } from './accountCheck'
import type { SignInLimiter } from './signInLimiter'
import type { WechatIdentity } from './wechatIdentity'

export type WechatRoutesOptions = {
  wechat: WechatIdentity
  checkAccount: AccountCheck
  limiter: SignInLimiter
}

const token = Type.String({ minLength: 1, maxLength: 2048 })
const credential = Type.String({ minLength: 1, maxLength: 256 })
const tokens = {
  accessToken: Type.String(),
  expireInSeconds: Type.Integer(),
  refreshToken: Type.String({ description: 'Good for one renewal' }),
}
const signInResult = Type.Union([
  Type.Object({ bindingRequired: Type.Literal(false), ...tokens }),
  Type.Object({ bindingRequired: Type.Literal(true), bindingToken: Type.String() }),
])
const tags = ['WeChat']

/** `/api/auth/wechat*`: sign-in of a mini-program (gateway reference 6.3), in ABP's envelope. */
export const wechatRoutes: FastifyPluginAsyncTypebox<WechatRoutesOptions> = async (
  app,
  options,
) => {
  const { wechat, limiter } = options
  app.setErrorHandler(sendAbpError)

  app.post(
    '/',
    {
      schema: {
        tags,
        summary: 'Sign-in with the code of wx.login',
        body: Type.Object({ code: Type.String({ minLength: 1, maxLength: 256 }) }),
        response: { 200: abpResult(signInResult) },
      },
    },
    async (request) => {
      const answer = await wechat.signIn(request.body.code)
      if (answer.bound) return abpSuccess({ bindingRequired: false as const, ...answer.tokens })
      const { bindingToken } = answer
      return abpSuccess({ bindingRequired: true as const, bindingToken })
    },
  )

  app.post(
    '/Bind',
    {
      schema: {
        tags,
        summary: 'Binds the WeChat person to a business account, by its name and password',
        body: Type.Object({
          bindingToken: token,
          userNameOrEmailAddress: credential,
          password: credential,
        }),
        response: { 200: abpResult(Type.Object(tokens)) },
      },
    },
    async ({ body, ip }) => {
      const account = body.userNameOrEmailAddress
      const bound = await wechat.bind(body.bindingToken, async () => {
        limiter.check(account, ip)
        try {
          const user = await options.checkAccount(account, body.password)
          limiter.succeeded(account, ip)
          return user
        } catch (error) {
          if (error instanceof ImError && error.status === 401) limiter.failed(account, ip)
          throw error
        }
      })
      return abpSuccess(bound)
    },
  )

  app.post(
    '/Refresh',
    {
      schema: {
        tags,
        summary: 'A new token for the refresh token of the last one',
        body: Type.Object({ refreshToken: token }),
        response: { 200: abpResult(Type.Object(tokens)) },
      },
    },
    async (request) => abpSuccess(await wechat.refresh(request.body.refreshToken)),
  )
  await Promise.resolve()
}
