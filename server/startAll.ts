import { hkdfSync } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { EmbeddedChat, RealChat } from './chatConfig'
import type { Config } from './config'
import { demoPeople } from './demo/people'
import { publicFetch } from './embedded/outside/publicFetch'
import { startEmbedded, type EmbeddedOptions } from './embedded/server'
import { explainDataDirError, explainListenError, StartError } from './errors'
import type { AgentCredentials } from './gateway/chat/agentSession'
import { startGateway } from './gateway/gateway'
import { createDemoDirectory } from './gateway/identity/demoDirectory'
import { createLogger } from './gateway/logging'
import { readOrCreateSecret } from './secrets'

const probeTimeoutMs = 10_000
const agentUsername = 'im-agent'

export type RunningServers = {
  /** The gateway: H5 build, REST and realtime on one origin. */
  url: string
  port: number
  /** The embedded chat server; undefined when a real one is used. */
  embeddedUrl: string | undefined
  /** One sentence when the agent account could not be signed in at the start, for the person who runs this. */
  agentProblem: Promise<string | undefined>
  /** Stops the gateway, then the embedded server. */
  close(): Promise<void>
}

type Chat = {
  address: string
  name: string
  agent: AgentCredentials | undefined
  createTokenSecret: string | undefined
  embeddedUrl: string | undefined
  /** Told where people reach it, once that is known. */
  reachedAt(url: string): void
  close(): Promise<void>
}

/**
 * Starts the embedded chat server (unless a real one is configured) and the gateway in front of it.
 *
 * @param logger where both write; the standard error output at the configured level when left out.
 * @throws {StartError} with one sentence when a port, the data folder or the chat server cannot be used.
 */
export async function startAll(
  config: Config,
  logger: Logger = createLogger(config.logLevel),
): Promise<RunningServers> {
  const secrets = withDataDir(config.dataDir, () => prepareDataDir(config))
  const chat =
    config.chat.kind === 'embedded'
      ? await startEmbeddedChat(config, config.chat, logger)
      : await reachRealChat(config.chat)
  try {
    const gateway = await startGateway({
      port: config.port,
      host: config.host,
      dataDir: config.dataDir,
      chatAddress: chat.address,
      chatServerName: chat.name,
      agent: chat.agent,
      signInAgent: chat.agent !== undefined,
      createTokenSecret: chat.createTokenSecret,
      directory: config.demo ? createDemoDirectory(demoPeople) : undefined,
      identities: config.identities,
      allowHttp: config.allowHttp,
      rateLimit: config.rateLimit,
      metricsToken: config.metricsToken,
      drainMs: config.drainMs,
      redisUrl: config.redisUrl,
      serviceSecret: config.serviceSecret,
      hookSecret: config.hookSecret,
      ...secrets,
      realtimeUrl: config.realtimeUrl,
      realtimeMode: config.realtimeMode,
      cookies: config.cookies,
      corsOrigins: config.corsOrigins,
      trustedProxies: config.trustedProxies,
      h5Folder: config.h5Folder,
      logger,
    })
    const close = async () => {
      try {
        await gateway.close()
      } finally {
        await chat.close()
      }
    }
    const { url, port, agentProblem } = gateway
    chat.reachedAt(config.publicUrl ?? url)
    return { url, port, embeddedUrl: chat.embeddedUrl, agentProblem, close }
  } catch (error) {
    await chat.close()
    throw explainDataDirError(explainListenError(error, config.port, 'PORT'), config.dataDir)
  }
}

function prepareDataDir({ dataDir, encryptionKey, redisUrl }: Config) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const isShared = redisUrl !== undefined && encryptionKey !== undefined
  return {
    // What one gateway signs the others have to accept.
    tokenKey: isShared
      ? sharedTokenKey(encryptionKey)
      : readOrCreateSecret(dataDir, 'business-token.key'),
    encryptionKey: encryptionKey ?? readOrCreateSecret(dataDir, 'encryption.key'),
  }
}

function sharedTokenKey(encryptionKey: string): string {
  const key = Buffer.from(encryptionKey, 'hex')
  return Buffer.from(hkdfSync('sha256', key, '', 'business-token', 32)).toString('hex')
}

function withDataDir<T>(dataDir: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw explainDataDirError(error, dataDir)
  }
}

async function startEmbeddedChat(
  { dataDir, demo }: Config,
  { port }: EmbeddedChat,
  logger: Logger,
): Promise<Chat> {
  const { password, createTokenSecret } = withDataDir(dataDir, () => ({
    password: readOrCreateSecret(dataDir, 'embedded-admin.password'),
    createTokenSecret: readOrCreateSecret(dataDir, 'embedded-create-token.secret'),
  }))
  const admin = { username: agentUsername, password, email: 'im-agent@im.invalid' }
  const options: EmbeddedOptions = {
    port,
    // Only the gateway talks to it; other devices reach it through the gateway.
    host: '127.0.0.1',
    dataDir: join(dataDir, 'embedded'),
    createTokenSecret,
    admin,
    demo,
    logger,
    environment: process.env,
  }
  // Trying it asks nobody outside; the setting API_Embed switches link previews off elsewhere.
  if (!demo) options.outside = publicFetch
  try {
    const embedded = await startEmbedded(options)
    return {
      address: embedded.url,
      name: 'embedded',
      agent: { kind: 'password', username: admin.username, password },
      createTokenSecret,
      embeddedUrl: embedded.url,
      reachedAt: (url) => embedded.reachedAt(url),
      close: () => embedded.close(),
    }
  } catch (error) {
    throw explainDataDirError(explainListenError(error, port, 'EMBEDDED_PORT'), dataDir)
  }
}

/** A wrong address is told at start and not at the first sign-in. */
async function reachRealChat({ address, agent, createTokenSecret }: RealChat): Promise<Chat> {
  const base = address.replace(/\/+$/, '')
  if (!(await isRocketChat(`${base}/api/info`))) {
    throw new StartError(
      `No Rocket.Chat server answers at ${base} (IM_ADDRESS); check the address and that the server runs.`,
    )
  }
  return {
    address: base,
    name: base,
    agent,
    createTokenSecret,
    embeddedUrl: undefined,
    reachedAt: () => undefined,
    close: () => Promise.resolve(),
  }
}

async function isRocketChat(infoUrl: string): Promise<boolean> {
  try {
    const response = await fetch(infoUrl, { signal: AbortSignal.timeout(probeTimeoutMs) })
    const info: unknown = await response.json()
    return typeof info === 'object' && info !== null && ('version' in info || 'info' in info)
  } catch {
    return false
  }
}
