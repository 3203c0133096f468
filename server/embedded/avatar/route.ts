import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from '../app'
import { callerOf, decoded } from '../files/credentials'
import type { Picture } from '../storage/pictures'
import {
  createAvatarRenderer,
  type AvatarFormat,
  type AvatarRenderer,
  type Drawn,
} from './rendered'

/** Generated pictures never change (protocol reference 5.12). */
const lettersModified = 'Thu, 01 Jan 2015 00:00:00 GMT'
const defaultSize = 200

/** Query first, then cookie; headers are not looked at. */
const mayLook = (app: App, request: IncomingMessage, url: URL): boolean =>
  !app.settings.flag('Accounts_AvatarBlockUnauthenticatedAccess') ||
  callerOf(app, request, url, ['query', 'cookie']) !== undefined

/** Whose avatar a path names: an uploaded picture, if there is one, and the name whose letters stand in for it. */
type Subject = { name: string; picture: Picture | undefined }

const roomSubject = (app: App, rid: string): Subject => {
  const room = app.store.rooms.get(rid)
  const name = room?.fname ?? room?.name ?? (room?.usernames ?? []).join(' ')
  return { name, picture: app.store.pictures.get('room', rid) }
}

const userSubject = (app: App, uid: string | undefined, name: string): Subject => {
  const picture = uid === undefined ? undefined : app.store.pictures.get('user', uid)
  return { name, picture }
}

/** Also unknown names get letters, so that nobody learns from a picture who exists. */
const subjectOf = (app: App, path: string): Subject | undefined => {
  const [kind = '', id] = path.split('/').map((part) => decoded(part) ?? '')
  if (id === undefined) {
    const name = kind.replace(/\.(svg|png|jpe?g)$/, '')
    if (name.startsWith('@')) return { name: name.slice(1), picture: undefined }
    return userSubject(app, app.store.users.byUsername(name)?._id, name)
  }
  if (kind === 'uid') return userSubject(app, id, app.store.users.get(id)?.username ?? id)
  return kind === 'room' ? roomSubject(app, id) : undefined
}

const sizeOf = (url: URL): number | undefined => {
  const size = Number(url.searchParams.get('size') ?? undefined)
  return Number.isInteger(size) ? Math.min(1024, Math.max(16, size)) : undefined
}

const formatOf = (url: URL): AvatarFormat | undefined => {
  const format = url.searchParams.get('format')
  if (format === 'png') return 'png'
  return format === 'jpg' || format === 'jpeg' ? 'jpeg' : undefined
}

const modifiedOf = ({ picture }: Subject): string =>
  picture === undefined ? lettersModified : picture.updatedAt.toUTCString()

const isFresh = (subject: Subject, request: IncomingMessage): boolean => {
  const tags = request.headers['if-none-match']
  const etag = subject.picture?.etag
  // A tag says more than a time with whole seconds does.
  if (tags !== undefined && etag !== undefined) return tags.includes(`"${etag}"`)
  return request.headers['if-modified-since'] === modifiedOf(subject)
}

const headersOf = (app: App, subject: Subject): Record<string, string> => {
  const headers: Record<string, string> = {
    'cache-control': `public, max-age=${app.settings.number('Accounts_AvatarCacheTime')}`,
    'last-modified': modifiedOf(subject),
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
  }
  if (subject.picture !== undefined) headers.etag = `"${subject.picture.etag}"`
  return headers
}

const draw = (renderer: AvatarRenderer, subject: Subject, url: URL): Promise<Drawn> => {
  const [size, format] = [sizeOf(url), formatOf(url)]
  return subject.picture === undefined
    ? renderer.letters(subject.name, size ?? defaultSize, format)
    : renderer.picture(subject.picture, size, format)
}

const answer = async (
  app: App,
  renderer: AvatarRenderer,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> => {
  const subject = subjectOf(app, url.pathname.slice('/avatar/'.length))
  if (!mayLook(app, request, url)) {
    response.writeHead(403).end()
    return
  }
  if (subject === undefined || subject.name === '') {
    response.writeHead(404).end()
    return
  }
  const headers = headersOf(app, subject)
  if (isFresh(subject, request)) {
    response.writeHead(304, headers).end()
    return
  }
  const { type, data } = await draw(renderer, subject, url)
  response.writeHead(200, { ...headers, 'content-type': type, 'content-length': data.length })
  response.end(request.method === 'HEAD' ? undefined : data)
}

/** Answers `/avatar/...` (protocol reference 5.12). */
export const createAvatarRoute = (app: App) => {
  const renderer = createAvatarRenderer(app)
  return (request: IncomingMessage, response: ServerResponse, url: URL): void => {
    answer(app, renderer, request, response, url).catch((error: unknown) => {
      app.logger.error({ err: error }, 'an avatar could not be drawn')
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    })
  }
}
