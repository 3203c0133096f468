import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from '../app'
import { resume } from '../auth/sessions'
import { letterPng, letterSvg } from './letters'

/** Generated pictures never change (protocol reference 5.12). */
const lastModified = 'Thu, 01 Jan 2015 00:00:00 GMT'
const defaultSize = 200

const cookieOf = (request: IncomingMessage, name: string): string | undefined => {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
  return value === undefined ? undefined : decoded(value)
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Query first, then cookie; headers are not looked at. */
const mayLook = (app: App, request: IncomingMessage, url: URL): boolean => {
  if (!app.settings.flag('Accounts_AvatarBlockUnauthenticatedAccess')) return true
  const uid = url.searchParams.get('rc_uid') ?? cookieOf(request, 'rc_uid')
  const token = url.searchParams.get('rc_token') ?? cookieOf(request, 'rc_token')
  if (uid === undefined || token === undefined) return false
  return resume(app, token)?.user._id === uid
}

const roomTitle = (app: App, rid: string): string => {
  const room = app.store.rooms.get(rid)
  return room?.fname ?? room?.name ?? (room?.usernames ?? []).join(' ')
}

/** The name whose letters are shown; also unknown names get letters. */
const nameOf = (app: App, path: string): string | undefined => {
  const [kind = '', id] = path.split('/').map((part) => decoded(part) ?? '')
  if (id === undefined) return kind.replace(/^@/, '').replace(/\.(svg|png|jpe?g)$/, '')
  if (kind === 'uid') return app.store.users.get(id)?.username ?? id
  return kind === 'room' ? roomTitle(app, id) : undefined
}

const sizeOf = (url: URL): number => {
  const size = Number(url.searchParams.get('size') ?? defaultSize)
  return Number.isInteger(size) ? Math.min(1024, Math.max(16, size)) : defaultSize
}

const picture = (name: string, url: URL): { type: string; data: Buffer } => {
  const size = sizeOf(url)
  const format = url.searchParams.get('format')
  // There is no JPEG writer here; who asks for one gets a PNG, and the content type says so.
  if (format === 'png' || format === 'jpg' || format === 'jpeg') {
    return { type: 'image/png', data: letterPng(name, size) }
  }
  return { type: 'image/svg+xml', data: Buffer.from(letterSvg(name, size)) }
}

/** Answers `/avatar/...` (protocol reference 5.12). */
export const serveAvatar = (
  app: App,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): void => {
  const name = nameOf(app, url.pathname.slice('/avatar/'.length))
  const refused = mayLook(app, request, url) ? undefined : 403
  const missing = name === undefined || name === '' ? 404 : undefined
  const fresh = request.headers['if-modified-since'] === lastModified ? 304 : undefined
  const status = refused ?? missing ?? fresh
  if (status !== undefined || name === undefined) {
    response.writeHead(status ?? 404).end()
    return
  }
  const { type, data } = picture(name, url)
  response.writeHead(200, {
    'content-type': type,
    'content-length': data.length,
    'cache-control': `public, max-age=${app.settings.number('Accounts_AvatarCacheTime')}`,
    'last-modified': lastModified,
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
  })
  response.end(data)
}
