import type { App, Logger } from '../app'
import type { Clock } from '../clock'
import type { MessageDoc, MessageUrl } from '../documents'
import { replaceMessage } from '../domain/editMessage'
import { fetchPreview, type OutsideFetch, type UrlPreview } from './fetchPreview'

/** Finds out what the addresses in messages are, after the messages are stored (protocol reference 5.2). */
export type Previews = {
  /** Looks at the addresses of a stored message, when the running transaction has committed. */
  consider(message: MessageDoc): void
  /** What an address is, before it is sent; undefined when it may not or does not tell. */
  look(address: string): Promise<UrlPreview | undefined>
  /** Nothing is written any more. */
  close(): void
}

/** For a server that does not reach outside. */
export const noPreviews: Previews = {
  consider: () => undefined,
  look: () => Promise.resolve(undefined),
  close: () => undefined,
}

const maxPerMessage = 5
const maxParallel = 4
const maxWaiting = 200
const cacheSize = 500
const cacheMs = 10 * 60 * 1000

type Cached = { at: number; preview: Promise<UrlPreview | undefined> }

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '')

/** Whether a host is on a list of names; `*.example.com` stands for everything below it. */
const isListed = (host: string, list: readonly string[]): boolean =>
  list.some((entry) => host === entry || (entry.startsWith('*.') && host.endsWith(entry.slice(1))))

const createGate = () => {
  let running = 0
  const waiting: (() => void)[] = []
  return async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
    if (running >= maxParallel) {
      // Somebody who floods rooms with links costs the others their previews and nothing else.
      if (waiting.length >= maxWaiting) return undefined
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    running += 1
    try {
      return await work()
    } finally {
      running -= 1
      waiting.shift()?.()
    }
  }
}

type LookOptions = {
  app: Pick<App, 'settings'>
  clock: Clock
  logger: Logger
  fetchOutside: OutsideFetch
}

const createLook = ({ app, clock, logger, fetchOutside }: LookOptions): Previews['look'] => {
  const cache = new Map<string, Cached>()
  const gate = createGate()
  const ports = (): number[] => listOf(app.settings.text('API_EmbedSafePorts')).map(Number)
  const ask = async (address: string): Promise<UrlPreview | undefined> => {
    try {
      return await gate(() => fetchPreview(fetchOutside, address, ports()))
    } catch (error) {
      // The address is part of a message, so only the kind of failure is told.
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      logger.info({ code }, 'an address gives no preview')
      return undefined
    }
  }
  return (address) => {
    const { hostname } = new URL(address)
    const ignored = listOf(app.settings.text('API_EmbedIgnoredHosts'))
    if (!app.settings.flag('API_Embed') || isListed(hostname.toLowerCase(), ignored)) {
      return Promise.resolve(undefined)
    }
    const known = cache.get(address)
    if (known !== undefined && clock.now() - known.at < cacheMs) return known.preview
    const preview = ask(address)
    cache.delete(address)
    cache.set(address, { at: clock.now(), preview })
    const [oldest] = cache.keys()
    if (cache.size > cacheSize && oldest !== undefined) cache.delete(oldest)
    return preview
  }
}

const wanted = (message: MessageDoc): MessageUrl[] =>
  (message.urls ?? [])
    .filter((url) => url.ignoreParse !== true && Object.keys(url.meta).length === 0)
    .slice(0, maxPerMessage)

/** Puts what was found into the message as it is now; it may have changed or gone since. */
const store = (app: App, id: string, found: ReadonlyMap<string, UrlPreview>): void =>
  app.store.write(() => {
    const message = app.store.messages.get(id)
    const before = message?.urls ?? []
    const urls = before.map((url) => {
      const preview = url.ignoreParse === true ? undefined : found.get(url.url)
      return preview === undefined ? url : { ...url, ...preview }
    })
    if (message === undefined || urls.every((url, index) => url === before[index])) return
    replaceMessage(app, { ...message, urls, _updatedAt: app.store.stamps.next() })
  })

/**
 * Link previews. Each message has at most 5, at most 4 addresses are asked at a time, and what an address answered is
 * kept for 10 minutes. The settings `API_Embed`, `API_EmbedIgnoredHosts`, `API_EmbedSafePorts` and
 * `API_EmbedDisabledFor` are those of Rocket.Chat.
 */
export const createPreviews = (app: App, fetchOutside: OutsideFetch): Previews => {
  const { clock, logger } = app
  const look = createLook({ app, clock, logger, fetchOutside })
  let closed = false
  const fill = async (message: MessageDoc): Promise<void> => {
    const found = new Map<string, UrlPreview>()
    await Promise.all(
      wanted(message).map(async ({ url }) => {
        const preview = await look(url)
        if (preview !== undefined) found.set(url, preview)
      }),
    )
    if (closed || found.size === 0) return
    try {
      store(app, message._id, found)
    } catch (error) {
      // A full disk, for example; the message itself is stored.
      logger.warn({ err: error }, 'a link preview cannot be stored')
    }
  }
  return {
    consider: (message) => {
      const disabled = listOf(app.settings.text('API_EmbedDisabledFor'))
      if (wanted(message).length === 0 || !app.settings.flag('API_Embed')) return
      if (disabled.includes(message.u.username.toLowerCase())) return
      app.store.driver.afterCommit(() => void fill(message))
    },
    look,
    close: () => {
      closed = true
    },
  }
}
