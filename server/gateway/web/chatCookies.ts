import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { ChatCredentials } from '../chat/chatRest'
import { ImError } from '../imError'
import { singleHeader } from './bearer'

/** The published design's names, with the prefix that makes a browser refuse them from anybody but this host. */
const tokenCookie = '__Host-chat_token'
const userCookie = '__Host-chat_uid'
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict'
const readingMethods = ['GET', 'HEAD', 'OPTIONS']
const keyBytes = 32
const longestValue = 256

/** Credentials that a request carries in cookies. */
export type CookiePair = ChatCredentials & {
  /** Whether they can only have been set by this host; not so for the names without the prefix. */
  isHostBound: boolean
}

/**
 * The chat id and token in cookies instead of headers, for pages that want them out of the reach of scripts (gateway
 * reference 7, item 12). A call that changes something also needs the page's origin and a header that only the page can
 * know.
 */
export type ChatCookies = {
  /** Values of Set-Cookie. They last until the browser is closed, or the sign-in ends. */
  set(credentials: ChatCredentials): string[]
  /** Values of Set-Cookie that remove them. */
  clear(): string[]
  pairOf(request: FastifyRequest): CookiePair | undefined
  /** What a page has to send as X-CSRF-Token beside these cookies. */
  headerToken(authToken: string): string
  /** @throws {ImError} `not-allowed` for a call that changes something and does not come from a page of ours. */
  guard(request: FastifyRequest, pair: CookiePair): void
}

export type ChatCookiesOptions = {
  /** 32 bytes in hex; what is used is derived from it. */
  keyHex: string
  /** Whether an origin is the gateway's own or a listed one. */
  isOwnOrigin(origin: string | undefined, host: string | undefined): boolean
}

export function createChatCookies({ keyHex, isOwnOrigin }: ChatCookiesOptions): ChatCookies {
  const key = Buffer.from(
    hkdfSync('sha256', Buffer.from(keyHex, 'hex'), '', 'cookie header token', keyBytes),
  )
  const headerToken = (authToken: string) =>
    createHmac('sha256', key).update(authToken).digest('base64url')
  return {
    set: ({ userId, authToken }) => [
      `${tokenCookie}=${encodeURIComponent(authToken)}; ${attributes}`,
      `${userCookie}=${encodeURIComponent(userId)}; ${attributes}`,
    ],
    clear: () => [tokenCookie, userCookie].map((name) => `${name}=; ${attributes}; Max-Age=0`),
    pairOf: ({ headers }) => pairIn(headers.cookie ?? ''),
    headerToken,
    guard(request, { authToken }) {
      if (readingMethods.includes(request.method)) return
      const { origin, host } = request.headers
      const sent = singleHeader(request, 'x-csrf-token') ?? ''
      if (isOwnOrigin(origin, host) && isSame(sent, headerToken(authToken))) return
      throw new ImError('not-allowed', 'This call does not come from a page of this server.')
    },
  }
}

function pairIn(header: string): CookiePair | undefined {
  const cookies = cookiesIn(header)
  for (const prefix of ['__Host-', '']) {
    const [authToken, userId] = ['chat_token', 'chat_uid'].map((name) =>
      cookies.get(`${prefix}${name}`),
    )
    if (authToken && userId) return { userId, authToken, isHostBound: prefix !== '' }
  }
  return undefined
}

/** A name that comes twice is ambiguous and counts as missing. */
function cookiesIn(header: string): Map<string, string | undefined> {
  const cookies = new Map<string, string | undefined>()
  for (const part of header.split(';')) {
    const [name = '', ...rest] = part.trim().split('=')
    const value = cookies.has(name) ? undefined : decoded(rest.join('='))
    cookies.set(name, value)
  }
  return cookies
}

function decoded(value: string): string | undefined {
  try {
    const text = decodeURIComponent(value)
    return text.length <= longestValue && /^[\x21-\x7e]+$/.test(text) ? text : undefined
  } catch {
    return undefined
  }
}

function isSame(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}
