import { pino } from 'pino'
import { explainDataDirError, explainListenError } from '../../errors'
import { publicFetch } from '../outside/publicFetch'
import { startEmbedded, type EmbeddedOptions, type EmbeddedServer } from '../server'
import type { EmbeddedEnvironment } from './environment'

type Variables = Readonly<Record<string, string | undefined>>

/** A signal to the whole group arrives twice; one that comes later than this means: now. */
const sameSignalMs = 1000

const optionsOf = (config: EmbeddedEnvironment, env: Variables): EmbeddedOptions => {
  const options: EmbeddedOptions = {
    port: config.port,
    host: config.host,
    dataDir: config.dataDir,
    firstAdmin: config.admin,
    forwardedCount: config.forwardedCount,
    rateLimit: true,
    environment: env,
    // The setting API_Embed switches link previews off.
    outside: publicFetch,
    logger: pino({ level: config.logLevel, base: null }, pino.destination(2)),
  }
  if (config.settingsFile !== undefined) options.settingsFile = config.settingsFile
  if (config.createTokenSecret !== undefined) options.createTokenSecret = config.createTokenSecret
  return options
}

const start = async (config: EmbeddedEnvironment, env: Variables): Promise<EmbeddedServer> => {
  try {
    return await startEmbedded(optionsOf(config, env))
  } catch (error) {
    const explained = explainListenError(error, config.port, 'PORT')
    throw explainDataDirError(explained, config.dataDir)
  }
}

const printReady = (config: EmbeddedEnvironment, server: EmbeddedServer): void => {
  const { newAdmin } = server
  if (newAdmin !== undefined && config.admin.password === undefined) {
    console.log(
      `Administrator: ${newAdmin.username}, password ${newAdmin.password} (shown this once; only its hash is kept)`,
    )
  }
  console.log(`Rocket.Chat (embedded) listens on ${server.url}, data in ${config.dataDir}`)
}

/**
 * Runs the server until SIGINT or SIGTERM.
 * @throws StartError or UsageError with one sentence when it cannot start.
 */
export const serve = async (config: EmbeddedEnvironment, env: Variables): Promise<void> => {
  const server = await start(config, env)
  printReady(config, server)
  await new Promise<void>((resolve, reject) => {
    let stoppingSince: number | undefined
    const stop = (): void => {
      if (stoppingSince !== undefined && Date.now() - stoppingSince > sameSignalMs) process.exit(1)
      if (stoppingSince !== undefined) return
      stoppingSince = Date.now()
      server.close().then(resolve, reject)
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}
