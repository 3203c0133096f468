import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { referencePage } from './referencePage'

/** What `/openapi.json` says, as far as the page needs it. */
export type ApiDocument = {
  info: { title: string; description?: string }
  paths?: Record<string, Record<string, unknown>>
}

const description =
  'Chat for the users of a business system. Answers have ABP’s envelope: the value is in `result`, a refusal has a sentence in `error.message`. Chat itself is Rocket.Chat’s own REST API below `/api/v1`, through this gateway.'

/**
 * Collects the schemas of the routes that are added afterwards and have tags, and serves them as OpenAPI 3.1 at
 * `/openapi.json` and as a page at `/docs`. Has to be called before those routes are added.
 */
export async function addOpenapi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: { title: 'uni-rocketchat gateway', description, version: '1' },
      components: {
        securitySchemes: {
          business: {
            type: 'http',
            scheme: 'bearer',
            description: 'The token that the business system has given to its user',
          },
          service: {
            type: 'http',
            scheme: 'bearer',
            description: 'IM_SERVICE_SECRET: the business system itself',
          },
        },
      },
    },
  })
  app.get('/openapi.json', () => app.swagger())
  app.get('/docs', (_request, reply) => {
    const page = referencePage(app.swagger() as ApiDocument)
    return reply.type('text/html; charset=utf-8').send(page)
  })
}
