import type { PublicFetchOptions, PublicResponse } from '../outside/publicFetch'
import { decodePage } from './charset'
import { createCollector, metaKey, readPage, type PageMeta } from './readPage'

/** How the outside is asked; the server passes `publicFetch`, tests something of their own. */
export type OutsideFetch = (url: string, options: PublicFetchOptions) => Promise<PublicResponse>

/** What is known of an address (protocol reference 4.1, `urls`). */
export type UrlPreview = {
  meta: PageMeta
  headers: { contentType?: string; contentLength?: string }
  parsedUrl: Record<string, string | null>
}

const pageBytes = 256 * 1024
const oembedBytes = 64 * 1024
const timeoutMs = 5000

const parsedUrlOf = (address: string): UrlPreview['parsedUrl'] => {
  const { host, hash, pathname, protocol, port, search, hostname } = new URL(address)
  const orNull = (text: string): string | null => (text === '' ? null : text)
  return {
    host,
    hash: orNull(hash),
    pathname,
    protocol,
    port: orNull(port),
    query: orNull(search.slice(1)),
    search: orNull(search),
    hostname,
  }
}

const addressKey = /(?:image|url|video|audio|player|secureUrl|src|thumbnailUrl)$/i

/** Addresses made absolute; ones that are no web addresses are left out. */
const withAbsolute = (meta: PageMeta, base: string): PageMeta => {
  const collector = createCollector()
  for (const [key, value] of Object.entries(meta)) {
    if (!addressKey.test(key)) collector.add(key, value)
    else if (URL.canParse(value, base)) {
      const { protocol, href } = new URL(value, base)
      if (protocol === 'http:' || protocol === 'https:') collector.add(key, href)
    }
  }
  return collector.meta()
}

/** The texts and numbers of an oEmbed description; its HTML is left out, because somebody might render it. */
const oembedMeta = (body: Buffer): PageMeta => {
  const parsed: unknown = JSON.parse(body.toString('utf8'))
  const collector = createCollector()
  if (typeof parsed !== 'object' || parsed === null) return {}
  for (const [key, value] of Object.entries(parsed)) {
    const plain = typeof value === 'string' || typeof value === 'number'
    if (plain && key !== 'html') collector.add(metaKey(`oembed_${key}`), String(value))
  }
  return collector.meta()
}

const readOembed = async (
  fetchOutside: OutsideFetch,
  address: string,
  ports: readonly number[],
): Promise<PageMeta> => {
  try {
    const options = { maxBytes: oembedBytes, timeoutMs, ports, accept: 'application/json' }
    const answer = await fetchOutside(address, options)
    return answer.status === 200 ? oembedMeta(answer.body) : {}
  } catch {
    // The page itself is preview enough.
    return {}
  }
}

const headersOf = (answer: PublicResponse): UrlPreview['headers'] => {
  const headers: UrlPreview['headers'] = {}
  const { 'content-type': contentType, 'content-length': contentLength } = answer.headers
  if (contentType !== undefined) headers.contentType = contentType
  if (contentLength !== undefined) headers.contentLength = contentLength
  return headers
}

/**
 * Asks an address what it is. Undefined when it does not answer with 200 or nothing is told about it.
 * @param ports ports that may be asked.
 * @throws what `fetchOutside` throws for the page itself.
 */
export const fetchPreview = async (
  fetchOutside: OutsideFetch,
  address: string,
  ports: readonly number[],
): Promise<UrlPreview | undefined> => {
  const accept = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.5'
  const options = { maxBytes: pageBytes, timeoutMs, ports, accept, truncate: true }
  const answer = await fetchOutside(address, options)
  if (answer.status !== 200) return undefined
  const headers = headersOf(answer)
  const parsedUrl = parsedUrlOf(address)
  const contentType = headers.contentType ?? ''
  if (!/^(?:text\/html|application\/xhtml\+xml)/i.test(contentType)) {
    return contentType === '' ? undefined : { meta: {}, headers, parsedUrl }
  }
  const page = readPage(decodePage(answer.body, contentType))
  const link = page.oembed
  const linked = link !== undefined && URL.canParse(link, answer.url)
  const oembed = linked ? await readOembed(fetchOutside, new URL(link, answer.url).href, ports) : {}
  return { meta: withAbsolute({ ...oembed, ...page.meta }, answer.url), headers, parsedUrl }
}
