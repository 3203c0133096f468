import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { errorCode } from '../errors'
import type { GatewayOptions } from './gatewayOptions'
import { assembleParts, createMachinery, type Parts } from './gatewayParts'
import { addRoutes } from './gatewayRoutes'
import { ImError } from './imError'
import { admitLiveConnections, type LiveConnections } from './liveConnections'
import { createLogger } from './logging'
import { measureHttp, type Traffic } from './metrics/httpMetrics'
import { measureStorage } from './metrics/loadMetrics'
import { createRegistry } from './metrics/registry'

const bodyLimitBytes = 64 * 1024
const cleaningIntervalMs = 60 * 60_000

export type RunningGateway = {
  /** `http://host:port` for this machine. */
  url: string
  port: number
  /**
   * One sentence when the agent account could not be signed in at the start; undefined when it was, or when that was not
   * asked for.
   */
  agentProblem: Promise<string | undefined>
  /** Stops listening, ends connections, gives the agent's session back. */
  close(): Promise<void>
}

/**
 * Starts the gateway between clients, a business system and a chat server.
 *
 * @throws what the system says when the port or the data folder cannot be used; {StartError} when the gateways that
 * share with this one have another key.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const logger = options.logger ?? createLogger('warn')
  const app = createApp(options, logger)
  const registry = createRegistry()
  const traffic = measureHttp(app, registry)
  const parts = assembleParts(
    { ...options, logger },
    createMachinery({ ...options, logger }, registry),
  )
  const live = admitLiveConnections(app, options, parts)
  const { storage } = parts
  measureStorage(storage, registry)
  const cleaning = setInterval(() => removeExpired(parts), cleaningIntervalMs)
  let isStopping = false
  let agentProblem = Promise.resolve<string | undefined>(undefined)
  const close = async () => {
    isStopping = true
    clearInterval(cleaning)
    await stopServing(app, live, traffic, options.drainMs ?? 0)
    await agentProblem
    await parts.agent.signOut()
    await parts.pool.destroy()
    storage.close()
  }
  try {
    storage.removeExpired()
    await storage.started()
    await addRoutes(app, options, parts, live.hub, () => isStopping)
    await app.listen({ port: options.port, host: options.host })
    if (options.signInAgent) agentProblem = signAgentIn(parts)
  } catch (error) {
    await close()
    throw error
  }
  const port = portOf(app)
  return { url: `http://${urlHost(options.host)}:${port}`, port, agentProblem, close }
}

/**
 * First whoever can go elsewhere, then what is under way, at last what cannot end by itself. The port stays open until
 * then: whoever asks `/readyz` is told, and no call meets a closed door while others are being served.
 */
async function stopServing(
  app: FastifyInstance,
  { hub, websockets }: LiveConnections,
  traffic: Traffic,
  drainMs: number,
): Promise<void> {
  await hub?.close()
  const until = Date.now() + drainMs
  await traffic.drained(until - Date.now())
  app.server.close()
  // What came in at the last moment.
  await traffic.drained(until - Date.now())
  websockets.close()
  await app.close()
}

/** A full disk must not end the process; what has expired is not used, it only takes room. */
function removeExpired({ storage, logger }: Parts): void {
  try {
    storage.removeExpired()
  } catch (error) {
    logger.warn({ code: errorCode(error) }, 'what has expired could not be removed')
  }
}

/** What a refused call of the agent means: the token is tried by using it. */
const refusedAgent =
  'The chat server refused the agent account: check IM_AGENT_USER_ID and IM_AGENT_TOKEN, and the permissions of the account.'

/** At start already, so that a wrong agent is told before the first person needs it; the gateway works without. */
async function signAgentIn({ issuer, logger }: Parts): Promise<string | undefined> {
  try {
    const ways = await issuer.probe()
    logger.info({ ways }, 'chat tokens are issued in the first of these ways that serves a user')
    return undefined
  } catch (error) {
    const code = error instanceof ImError ? error.code : 'refused'
    logger.warn({ code }, 'the agent account could not be signed in; it is tried again when needed')
    return error instanceof ImError ? error.message : refusedAgent
  }
}

function createApp(options: GatewayOptions, logger: FastifyBaseLogger): FastifyInstance {
  const trusted = [...(options.trustedProxies ?? [])]
  return fastify({
    loggerInstance: logger,
    bodyLimit: bodyLimitBytes,
    // Node counts a connection that never sent a request as busy; closing would wait for it.
    forceCloseConnections: true,
    requestIdHeader: false,
    trustProxy: trusted.length > 0 ? trusted : false,
    routerOptions: { maxParamLength: 1024 },
  })
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The host under which this machine reaches a server that listens on `host`. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
