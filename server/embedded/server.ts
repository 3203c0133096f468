import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { silentLogger, type App, type Logger } from './app'
import { createAvatarRoute } from './avatar/route'
import { systemClock, type Clock } from './clock'
import { createApp } from './createApp'
import { createDdpHub, type DdpHub } from './ddp/hub'
import { seedDemo } from './demo/seedDemo'
import { StartError } from './errors'
import { serveEmoji } from './emoji/route'
import { isFilePath, serveFile } from './files/serveFile'
import { startFileSweep } from './files/sweep'
import {
  httpTimeouts,
  limitBody,
  refuseSocket,
  statusOf,
  type HttpTimeouts,
} from './limits/httpLimits'
import type { OutsideFetch } from './previews/fetchPreview'
import { endpoints } from './rest/endpoints'
import { createRestRouter } from './rest/router'
import {
  seedAdmin,
  seedFirstAdmin,
  seedWorkspace,
  type AdminAccount,
  type FirstAdmin,
} from './seed'
import { settingOverrides } from './settingOverrides'
import { lockFolder } from './storage/folderLock'
import { openStore, type Store } from './storage/store'

export type EmbeddedOptions = {
  /** 0 takes any free port. */
  port: number
  /** Address to listen on; 127.0.0.1 when absent. */
  host?: string
  /** Folder of the data file; created when absent. */
  dataDir: string
  /** The secret of `users.createToken`; without it nobody gets tokens of others. */
  createTokenSecret?: string
  /** Account with the role admin; made or given this password at every start. */
  admin?: AdminAccount
  /** The administrator of a workspace that has none. */
  firstAdmin?: FirstAdmin
  /** Whether an empty workspace gets the demo people and conversations. */
  demo?: boolean
  /**
   * Whether calls are limited as on a new Rocket.Chat (protocol reference 1.6 and 3.4); off when absent. Behind a
   * gateway all users have one address, so it must forward theirs (`forwardedCount`).
   */
  rateLimit?: boolean
  /** How many proxies of our own add to `X-Forwarded-For`; 0 when absent. */
  forwardedCount?: number
  /** Settings are taken from its `OVERWRITE_SETTING_<id>`; none when absent. */
  environment?: Readonly<Record<string, string | undefined>>
  /** A JSON file with settings by their ids; `OVERWRITE_SETTING_<id>` wins over it, both win over what is stored. */
  settingsFile?: string
  /** How long clients may take with their requests; `httpTimeouts` for what is absent. */
  timeouts?: Partial<HttpTimeouts>
  /** How pages are asked for link previews (`publicFetch`); nothing outside is asked when absent. */
  outside?: OutsideFetch
  /** Rounds of the password hash; tests take fewer than the default. */
  hashRounds?: number
  clock?: Clock
  logger?: Logger
}

export type EmbeddedServer = {
  /** `http://host:port`, without a slash at the end. */
  url: string
  port: number
  /** The administrator that `firstAdmin` made at this start. */
  newAdmin: AdminAccount | undefined
  /** Tells where people reach it, when that is another address; a `Site_Url` that was set stays. */
  reachedAt(url: string): void
  /** Lets running requests end, ends every connection and closes the data file. */
  close(): Promise<void>
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const urlOf = (request: IncomingMessage): URL | undefined => {
  const target = `http://local${request.url ?? '/'}`
  return URL.canParse(target) ? new URL(target) : undefined
}

const createHandler = (app: App, timeouts: HttpTimeouts): Handler => {
  const rest = createRestRouter(app, endpoints)
  const serveAvatar = createAvatarRoute(app)
  return (request, response) => {
    const url = urlOf(request)
    limitBody(request, response, timeouts)
    // A client that goes away in the middle of a request is not an error of the server.
    request.on('error', () => response.destroy())
    response.on('error', () => response.destroy())
    if (url?.pathname.startsWith('/api/') === true) rest(request, response, url)
    else if (url?.pathname.startsWith('/avatar/') === true) serveAvatar(request, response, url)
    else if (url?.pathname.startsWith('/emoji-custom/') === true)
      serveEmoji(app, request, response, url)
    else if (url !== undefined && isFilePath(url.pathname)) serveFile(app, request, response, url)
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('Not Found')
  }
}

const routeUpgrades =
  (hub: DdpHub) =>
  (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy())
    if (urlOf(request)?.pathname === '/websocket') hub.upgrade(request, socket, head)
    else refuseSocket(socket, '404 Not Found')
  }

const httpServer = (app: App, hub: DdpHub, timeouts: HttpTimeouts): Server => {
  // Bodies are limited by `limitBody`.
  const server = createServer({ ...timeouts, requestTimeout: 0 }, createHandler(app, timeouts))
  server.on('upgrade', routeUpgrades(hub))
  server.on('clientError', (error, socket) => refuseSocket(socket, statusOf(error)))
  return server
}

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new StartError(error.code ?? 'UNKNOWN', `cannot listen on ${host}:${port}`, error))
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })

/** Opens the data file for this process alone. */
const open = (options: EmbeddedOptions): { store: Store; unlock: () => void } => {
  let unlock: (() => void) | undefined
  try {
    unlock = lockFolder(options.dataDir)
    return { store: openStore(options.dataDir, options.clock ?? systemClock), unlock }
  } catch (error) {
    unlock?.()
    const code = (error as NodeJS.ErrnoException).code ?? 'UNKNOWN'
    throw new StartError(code, 'cannot open the data file', error)
  }
}

/** What is under way at a stop may take so long. */
const drainMs = 3000

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), drainMs)
    server.close(() => {
      clearTimeout(late)
      resolve()
    })
    server.closeIdleConnections()
  })

const urlOn = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`

/** Where this machine reaches a server that listens on `host`: every address is none that a link could begin with. */
const localUrl = (host: string, port: number): string =>
  urlOn(host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port)

/**
 * Starts the embedded Rocket.Chat.
 * @throws StartError with Node's code, for example `EADDRINUSE` when the port is taken, and the one of `settingOverrides`
 * for a wrong setting; nothing stays open then.
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<EmbeddedServer> => {
  // Before anything is opened: a wrong setting must not leave anything behind.
  settingOverrides(options)
  const { store, unlock } = open(options)
  const parts = {
    store,
    clock: options.clock ?? systemClock,
    logger: options.logger ?? silentLogger,
    createTokenSecret: options.createTokenSecret,
  }
  const app = createApp(parts, options)
  const hub = createDdpHub(app)
  const server = httpServer(app, hub, { ...httpTimeouts, ...options.timeouts })
  const host = options.host ?? '127.0.0.1'
  let endFileSweep = (): void => undefined
  const close = async (): Promise<void> => {
    app.previews.close()
    app.statusEnds.close()
    hub.close()
    endFileSweep()
    await closeServer(server)
    store.close()
    unlock()
  }
  try {
    seedWorkspace(app)
    if (options.admin !== undefined) await seedAdmin(app, options.admin)
    const { firstAdmin } = options
    const newAdmin = firstAdmin === undefined ? undefined : await seedFirstAdmin(app, firstAdmin)
    if (options.demo === true) seedDemo(app)
    const port = await listen(server, options.port, host)
    const url = localUrl(host, port)
    const hasAddress = app.settings.text('Site_Url') !== ''
    let provided = ''
    const reachedAt = (address: string): void => {
      // A value that an administrator has set meanwhile stays, too.
      if (hasAddress || app.settings.text('Site_Url') !== provided) return
      app.settings.provide('Site_Url', address)
      provided = address
    }
    reachedAt(url)
    endFileSweep = startFileSweep(app)
    app.logger.info({ url }, 'embedded Rocket.Chat listens')
    return { url, port, newAdmin, reachedAt, close }
  } catch (error) {
    await close()
    throw error
  }
}
