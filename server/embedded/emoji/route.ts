import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from '../app'
import { decoded } from '../files/credentials'
import type { Picture } from '../storage/pictures'

const pictureOf = (app: App, pathname: string): Picture | undefined => {
  const file = decoded(pathname.slice('/emoji-custom/'.length)) ?? ''
  const dot = file.lastIndexOf('.')
  const emoji = app.store.customEmoji.byName(dot === -1 ? file : file.slice(0, dot))
  return emoji === undefined ? undefined : app.store.pictures.get('emoji', emoji._id)
}

/** Answers `/emoji-custom/<name>.<extension>`, which is public (protocol reference 5.12). */
export const serveEmoji = (
  app: App,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): void => {
  const picture = pictureOf(app, url.pathname)
  if (picture === undefined) {
    response.writeHead(404).end()
    return
  }
  const etag = `"${picture.etag}"`
  const headers = {
    // An address with the tag always means the same bytes; one without it may mean others soon.
    'cache-control': `public, max-age=${url.searchParams.has('etag') ? 31_536_000 : 3600}`,
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
    'last-modified': picture.updatedAt.toUTCString(),
    etag,
  }
  if (request.headers['if-none-match']?.includes(etag) === true) {
    response.writeHead(304, headers).end()
    return
  }
  const { type, data } = picture
  response.writeHead(200, { ...headers, 'content-type': type, 'content-length': data.length })
  response.end(request.method === 'HEAD' ? undefined : data)
}
