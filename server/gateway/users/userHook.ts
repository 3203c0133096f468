import { createHmac } from 'node:crypto'
import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Compile } from 'typebox/compile'
import { abpResult, abpSuccess } from '../abpEnvelope'
import type { Clock } from '../clock'
import { ImError } from '../imError'
import { sendAbpError } from '../web/abpErrors'
import { singleHeader } from '../web/bearer'
import { isSameSecret } from './serviceSecret'
import type { UserOperations } from './userOperations'
import { userChanges, userId, userInput } from './userSchemas'
import type { UserStore } from './userStore'

/** How far the sender's clock may be away, and how long a delivery is remembered. */
const windowSeconds = 300

export type UserHookOptions = {
  operations: UserOperations
  users: UserStore
  /** IM_HOOK_SECRET; undefined: no delivery is accepted. */
  secret: string | undefined
  clock: Clock
}

const event = Type.Union([
  Type.Object({ event: Type.Literal('user.created'), user: userInput }),
  Type.Object({ event: Type.Literal('user.updated'), user: userChanges }),
  Type.Object({ event: Type.Literal('user.deleted'), user: Type.Object({ userId }) }),
])
const eventValidator = Compile(event)

/** @returns the value of `X-Im-Signature` for a delivery. */
export function signHook(secret: string, timestamp: string, body: Buffer | string): string {
  const digest = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
  return `sha256=${digest}`
}

/**
 * `POST /hooks/user`: the business system tells of a change of a user. `X-Im-Timestamp` is epoch seconds,
 * `X-Im-Signature` is `sha256=` and the HMAC-SHA256 of `<timestamp>.<body>` in hex. A delivery counts once within five
 * minutes; one that failed may be sent again as it is.
 */
export const userHook: FastifyPluginAsyncTypebox<UserHookOptions> = async (app, options) => {
  app.setErrorHandler(sendAbpError)
  app.removeAllContentTypeParsers()
  // The signature is over the bytes as they came.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post(
    '/user',
    {
      schema: {
        tags: ['Users, for the business system'],
        summary: 'A signed message about a user',
        headers: Type.Object({
          'x-im-timestamp': Type.Optional(Type.String({ description: 'Epoch seconds' })),
          'x-im-signature': Type.Optional(Type.String({ description: 'sha256=<hex>' })),
        }),
        response: { 200: abpResult(Type.Null()) },
      },
    },
    async (request) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const signature = requireSigned(request, body, options)
      const message = readEvent(body)
      const expiresAt = options.clock.now() + 2 * windowSeconds * 1000
      if (!(await options.users.addDelivery(signature, expiresAt))) {
        throw new ImError('not-allowed', 'This message was delivered before.')
      }
      try {
        await handle(message, options.operations)
      } catch (error) {
        await options.users.removeDelivery(signature)
        throw error
      }
      return abpSuccess(null)
    },
  )
  await Promise.resolve()
}

function requireSigned(
  request: FastifyRequest,
  body: Buffer,
  { secret, clock }: UserHookOptions,
): string {
  if (secret === undefined) {
    throw new ImError('not-allowed', 'This is switched off: set IM_HOOK_SECRET.')
  }
  const timestamp = singleHeader(request, 'x-im-timestamp') ?? ''
  const signature = singleHeader(request, 'x-im-signature') ?? ''
  if (!isSameSecret(signature, signHook(secret, timestamp, body))) {
    throw new ImError('not-signed-in', 'The signature is missing or wrong.')
  }
  const isNumber = /^\d{1,12}$/.test(timestamp)
  if (!isNumber || Math.abs(clock.now() / 1000 - Number(timestamp)) > windowSeconds) {
    throw new ImError('not-signed-in', 'The message is too old, or a clock is wrong.')
  }
  return signature
}

function readEvent(body: Buffer): Type.Static<typeof event> {
  let message: unknown
  try {
    message = JSON.parse(body.toString('utf8'))
  } catch {
    throw new ImError('bad-request', 'The message is not valid JSON.')
  }
  if (eventValidator.Check(message)) return message
  throw new ImError(
    'bad-request',
    'The message has to be user.created, user.updated or user.deleted with its user.',
  )
}

async function handle(
  message: Type.Static<typeof event>,
  operations: UserOperations,
): Promise<void> {
  switch (message.event) {
    case 'user.created':
      await operations.create(message.user)
      return
    case 'user.updated':
      await operations.update(message.user)
      return
    case 'user.deleted':
      await operations.delete(message.user.userId)
  }
}
