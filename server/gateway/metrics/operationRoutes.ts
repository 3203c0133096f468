import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isSameSecret } from '../users/serviceSecret'
import { bearerOf } from '../web/bearer'
import type { Readiness } from './readiness'
import type { Registry } from './registry'

export type OperationRoutesOptions = {
  readiness(): Promise<Readiness>
  registry: Registry
  /** IM_METRICS_TOKEN; undefined: numbers are for callers on this machine only. */
  metricsToken: string | undefined
}

const loopback = ['127.0.0.1', '::1', '::ffff:127.0.0.1']
const forwardingHeaders = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']

/** `/readyz` for whoever sends traffic here, `/metrics` for Prometheus. */
export function addOperationRoutes(app: FastifyInstance, options: OperationRoutesOptions): void {
  app.get('/readyz', { logLevel: 'silent' }, async (_request, reply) => {
    const { ready, checks } = await options.readiness()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready', checks })
  })
  app.get('/metrics', { logLevel: 'silent' }, (request, reply) => {
    if (!mayRead(request, options.metricsToken)) {
      return reply.code(403).send('Numbers are shown on this machine, or with IM_METRICS_TOKEN.')
    }
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(options.registry.text())
  })
}

/** A proxy on this machine would make everybody look local, so what was forwarded is not. */
function mayRead(request: FastifyRequest, token: string | undefined): boolean {
  if (token !== undefined) return isSameSecret(bearerOf(request) ?? '', token)
  const isForwarded = forwardingHeaders.some((name) => request.headers[name] !== undefined)
  return !isForwarded && loopback.includes(request.socket.remoteAddress ?? '')
}
