import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, request, type Dispatcher } from 'undici'
import { isPublicAddress } from './publicAddress'

/** One address that a name stands for; `family` is 4 or 6. */
export type ResolvedAddress = { address: string; family: number }

export type PublicFetchOptions = {
  /** Most bytes of the body that are taken. */
  maxBytes: number
  /** For everything together: names, redirects and the body. */
  timeoutMs: number
  /** Value of the `Accept` header; everything when absent. */
  accept?: string
  /** Whether a body beyond `maxBytes` is cut there; it is refused when absent. */
  truncate?: boolean
  /** Ports that may be asked; 80 and 443 when absent. */
  ports?: readonly number[]
  /** Finds the addresses of a host; the system's resolver when absent. */
  resolve?: (host: string) => Promise<readonly ResolvedAddress[]>
  /** Whether an address may be asked; only those of the public Internet when absent. */
  allow?: (address: string) => boolean
}

export type PublicResponse = {
  status: number
  /** Names in lower case; the values of a repeated header are joined by a comma. */
  headers: Record<string, string>
  body: Buffer
  /** The address that answered, after redirects. */
  url: string
}

export type PublicFetchCode =
  'invalid-url' | 'refused-address' | 'too-large' | 'too-many-redirects' | 'timeout' | 'failed'

/** Why an outside address gave nothing. The message names no address, so it may be logged. */
export class PublicFetchError extends Error {
  readonly code: PublicFetchCode

  constructor(code: PublicFetchCode, cause?: unknown) {
    super(`fetching from outside: ${code}`, { cause })
    this.code = code
  }
}

const maxRedirects = 3
const defaultPorts = [80, 443]

const checkedUrl = (text: string, ports: readonly number[]): URL => {
  if (!URL.canParse(text)) throw new PublicFetchError('invalid-url')
  const url = new URL(text)
  const standard = url.protocol === 'https:' ? 443 : 80
  const known = url.protocol === 'http:' || url.protocol === 'https:'
  const port = url.port === '' ? standard : Number(url.port)
  if (!known || url.username !== '' || url.password !== '') {
    throw new PublicFetchError('invalid-url')
  }
  if (!ports.includes(port)) throw new PublicFetchError('refused-address')
  url.hash = ''
  return url
}

const systemResolve = (host: string): Promise<ResolvedAddress[]> => lookup(host, { all: true })

/** Every address of the host must be allowed: one that is not is a sign of an attack, not of a choice. */
const checkedAddresses = async (
  url: URL,
  options: PublicFetchOptions,
): Promise<ResolvedAddress[]> => {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(host)
  const found =
    family === 0 ? await (options.resolve ?? systemResolve)(host) : [{ address: host, family }]
  const allow = options.allow ?? isPublicAddress
  if (found.length === 0 || !found.every(({ address }) => allow(address))) {
    throw new PublicFetchError('refused-address')
  }
  return [...found]
}

/** Answers the addresses that were checked, so that a second answer of the name service changes nothing. */
const pinned =
  (addresses: readonly ResolvedAddress[]): LookupFunction =>
  (_host, options, callback) => {
    const [first] = addresses
    if (options.all === true) callback(null, [...addresses])
    else if (first !== undefined) callback(null, first.address, first.family)
  }

const readLimited = async (
  body: Dispatcher.ResponseData['body'],
  options: PublicFetchOptions,
): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const space = options.maxBytes - size
    if (chunk.length > space && options.truncate !== true) throw new PublicFetchError('too-large')
    chunks.push(chunk.subarray(0, space))
    size += chunk.length
    // Leaving the loop ends the connection.
    if (size >= options.maxBytes && options.truncate === true) break
  }
  return Buffer.concat(chunks)
}

const flatHeaders = (headers: Dispatcher.ResponseData['headers']): Record<string, string> => {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

type Hop = PublicResponse | { location: string }

const oneHop = async (url: URL, options: PublicFetchOptions, signal: AbortSignal): Promise<Hop> => {
  const addresses = await checkedAddresses(url, options)
  signal.throwIfAborted()
  const dispatcher = new Agent({ connect: { lookup: pinned(addresses) }, pipelining: 0 })
  try {
    const headers = {
      accept: options.accept ?? '*/*',
      // A packed body could be small on the way and huge in memory.
      'accept-encoding': 'identity',
      'user-agent': 'uni-rocketchat',
    }
    const answer = await request(url, { dispatcher, method: 'GET', headers, signal })
    const flat = flatHeaders(answer.headers)
    if (isRedirect(answer.statusCode) && flat.location !== undefined) {
      return { location: flat.location }
    }
    const body = await readLimited(answer.body, options)
    return { status: answer.statusCode, headers: flat, body, url: url.href }
  } finally {
    await dispatcher.destroy()
  }
}

const follow = async (
  text: string,
  options: PublicFetchOptions,
  signal: AbortSignal,
): Promise<PublicResponse> => {
  const ports = options.ports ?? defaultPorts
  let url = checkedUrl(text, ports)
  for (let count = 0; count <= maxRedirects; count += 1) {
    const hop = await oneHop(url, options, signal)
    if (!('location' in hop)) return hop
    if (!URL.canParse(hop.location, url.href)) throw new PublicFetchError('invalid-url')
    url = checkedUrl(new URL(hop.location, url.href).href, ports)
  }
  throw new PublicFetchError('too-many-redirects')
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new PublicFetchError('timeout')), { once: true })
  })

/**
 * GETs something that a user named from the public Internet and from nowhere else: http and https, ports 80 and 443,
 * no credentials, only public addresses (`isPublicAddress`), checked again at each of at most 3 redirects. The
 * connection goes to the addresses that were checked, so a name service that answers differently the second time
 * cannot lead it elsewhere. Answers of any status are answers.
 * @throws PublicFetchError and nothing else.
 */
export const publicFetch = async (
  url: string,
  options: PublicFetchOptions,
): Promise<PublicResponse> => {
  const signal = AbortSignal.timeout(options.timeoutMs)
  try {
    return await Promise.race([follow(url, options, signal), aborted(signal)])
  } catch (error) {
    if (error instanceof PublicFetchError) throw error
    throw new PublicFetchError(signal.aborted ? 'timeout' : 'failed', error)
  }
}
