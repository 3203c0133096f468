import type { FastifyInstance } from 'fastify'
import type { Dispatcher } from 'undici'
import type { Registry } from './registry'

const latencyBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const signInRoutes = [
  '/api/TokenAuth/Authenticate',
  '/api/services/app/Im/Authenticate',
  '/api/auth/wechat/',
  '/api/auth/wechat/Bind',
]

/** Requests that are under way, for a stop that waits for them. */
export type Traffic = {
  inFlight(): number
  /** @returns when nothing is under way any more, or after the time. */
  drained(timeoutMs: number): Promise<void>
}

/**
 * Counts requests by route (its pattern, never the address itself) and status, their time, sign-ins, refusals for too
 * many requests, and open sockets. Has to be called before the routes are added.
 */
export function measureHttp(app: FastifyInstance, registry: Registry): Traffic {
  const requests = registry.counter('im_http_requests_total', 'Answered requests')
  const seconds = registry.histogram('im_http_seconds', 'Time to answer', latencyBounds)
  const limited = registry.counter('im_rate_limited_total', 'Requests refused as too many')
  const signIns = registry.counter('im_sign_ins_total', 'Sign-ins by outcome')
  let inFlight = 0
  let onIdle: (() => void) | undefined
  app.addHook('onRequest', (_request, reply, done) => {
    inFlight += 1
    reply.raw.once('close', () => {
      inFlight -= 1
      if (inFlight === 0) onIdle?.()
    })
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none'
    const { statusCode: status } = reply
    requests.add({ method: request.method, route, status })
    seconds.observe({ route }, reply.elapsedTime / 1000)
    if (status === 429) limited.add({ route })
    if (signInRoutes.includes(route)) {
      signIns.add({ route, outcome: status < 400 ? 'accepted' : 'refused' })
    }
    done()
  })
  countSockets(app, registry)
  return {
    inFlight: () => inFlight,
    async drained(timeoutMs) {
      if (inFlight === 0 || timeoutMs <= 0) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs)
        onIdle = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
  }
}

function countSockets(app: FastifyInstance, registry: Registry): void {
  let open = 0
  registry.gauge('im_sockets', 'Open websockets', () => open)
  app.server.on('upgrade', (_request, socket) => {
    open += 1
    socket.once('close', () => (open -= 1))
  })
}

/** Counts what goes wrong between the gateway and the chat server. What a client breaks off is no fault. */
export function measureUpstream(dispatcher: Dispatcher, registry: Registry): Dispatcher {
  const errors = registry.counter('im_upstream_errors_total', 'Failed requests to the chat server')
  const request = async (...args: Parameters<Dispatcher['request']>) => {
    try {
      const response = await dispatcher.request(...args)
      if (response.statusCode >= 500) errors.add({ kind: 'status' })
      return response
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'AbortError') errors.add({ kind: 'network' })
      throw error
    }
  }
  return Object.create(dispatcher, { request: { value: request } }) as Dispatcher
}
