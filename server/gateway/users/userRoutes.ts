import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { abpResult, abpSuccess } from '../abpEnvelope'
import { bearerOf } from '../web/bearer'
import { sendAbpError } from '../web/abpErrors'
import type { Reconcile } from './reconcile'
import { requireService } from './serviceSecret'
import type { UserOperations } from './userOperations'
import {
  reconcileInput,
  reconcileReport,
  userAnswer,
  userChanges,
  userId,
  userInput,
} from './userSchemas'

const reconcileLimitBytes = 8 * 1024 * 1024

export type UserRoutesOptions = {
  operations: UserOperations
  reconcile: Reconcile
  /** IM_SERVICE_SECRET. */
  serviceSecret: string | undefined
}

const tags = ['Users, for the business system']
const security = [{ service: [] }]

/**
 * `/api/services/app/Im/*User` and `Reconcile`, in ABP's envelope and with the verbs of its dynamic API: the business
 * system says what becomes of its users' chat accounts. The bearer is the service secret.
 */
export const userRoutes: FastifyPluginAsyncTypebox<UserRoutesOptions> = async (app, options) => {
  const { operations, reconcile, serviceSecret } = options
  app.setErrorHandler(sendAbpError)
  // Before the body is read: strangers do not learn what a request should look like.
  app.addHook('onRequest', async (request) => {
    requireService(bearerOf(request), serviceSecret)
    return Promise.resolve()
  })

  app.post(
    '/CreateUser',
    {
      schema: {
        ...{ tags, security, summary: 'Creates the chat account or brings it to this state' },
        body: userInput,
        response: { 200: abpResult(userAnswer) },
      },
    },
    async ({ body }) => abpSuccess(await operations.create(body)),
  )
  app.put(
    '/UpdateUser',
    {
      schema: {
        ...{ tags, security, summary: 'Renames, changes the address, switches off or on' },
        body: userChanges,
        response: { 200: abpResult(userAnswer) },
      },
    },
    async ({ body }) => abpSuccess(await operations.update(body)),
  )
  app.delete(
    '/DeleteUser',
    {
      schema: {
        ...{ tags, security, summary: 'Deletes the chat account for good' },
        querystring: Type.Object({ userId }),
        response: { 200: abpResult(Type.Null()) },
      },
    },
    async ({ query }) => {
      await operations.delete(query.userId)
      return abpSuccess(null)
    },
  )
  app.post(
    '/Reconcile',
    {
      bodyLimit: reconcileLimitBytes,
      schema: {
        ...{ tags, security, summary: 'Brings all chat accounts to what the business system says' },
        body: reconcileInput,
        response: { 200: abpResult(reconcileReport) },
      },
    },
    async ({ body }) => abpSuccess(await reconcile(body)),
  )
  await Promise.resolve()
}
