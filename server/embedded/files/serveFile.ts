import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { App } from '../app'
import type { UploadDoc } from '../storage/uploads'
import { byteRange } from './byteRange'
import { dispositionOf } from './fileName'
import { mayDownload } from './mayDownload'

/** Types that a browser would run or render as a page of this origin; they are only ever saved. */
const pages =
  /^(?:text\/html|text\/xml|application\/(?:xhtml\+xml|xml|javascript)|image\/svg\+xml)$|\+xml$/

const contentType = (type: string): string =>
  type.startsWith('text/') ? `${type}; charset=utf-8` : type

const headersOf = (upload: UploadDoc, url: URL): Record<string, string> => {
  const saved = url.searchParams.has('download') || pages.test(upload.type)
  return {
    'content-type': contentType(upload.type),
    'content-disposition': dispositionOf(saved ? 'attachment' : 'inline', upload.name),
    'cache-control': 'max-age=31536000',
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    etag: `"${upload.etag}"`,
    'last-modified': upload.uploadedAt.toUTCString(),
  }
}

const isFresh = (upload: UploadDoc, request: IncomingMessage): boolean =>
  (request.headers['if-none-match'] ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === `"${upload.etag}"`)

/** A range of another version than the client has is no use: then everything is sent. */
const rangeHeader = (upload: UploadDoc, request: IncomingMessage): string | undefined => {
  const condition = request.headers['if-range']
  return condition === undefined || condition === `"${upload.etag}"`
    ? request.headers.range
    : undefined
}

const sendBytes = async (
  app: App,
  upload: UploadDoc,
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
): Promise<void> => {
  const range = byteRange(rangeHeader(upload, request), upload.size)
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${upload.size}` }).end()
    return
  }
  const { start, end } = range ?? { start: 0, end: upload.size - 1 }
  const length = end - start + 1
  const sent = { ...headers, 'content-length': String(length) }
  if (range === undefined) response.writeHead(200, sent)
  else {
    const contentRange = `bytes ${start}-${end}/${upload.size}`
    response.writeHead(206, { ...sent, 'content-range': contentRange })
  }
  if (request.method === 'HEAD' || length === 0) {
    response.end()
    return
  }
  await pipeline(app.store.disk.read(upload._id, start, end), response)
}

const redirectAnswer = (response: ServerResponse, upload: UploadDoc): void => {
  const { name, type, size } = upload
  const text = JSON.stringify({ redirectUrl: false, name, type, size })
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(text)
}

const answer = async (
  app: App,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> => {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  const [id = ''] = url.pathname.replace(/^\/(?:file-upload|ufs\/[^/]+)\//, '').split('/')
  const upload = app.store.uploads.get(id)
  if (upload === undefined) {
    response.writeHead(404).end()
    return
  }
  if (!(await mayDownload(app, upload, request, url))) {
    response.writeHead(403).end()
    return
  }
  const headers = headersOf(upload, url)
  if (url.searchParams.get('replyWithRedirectUrl') === 'true') redirectAnswer(response, upload)
  else if (isFresh(upload, request)) response.writeHead(304, headers).end()
  else await sendBytes(app, upload, request, response, headers)
}

/** Whether a path is one of an uploaded file; `/ufs/<store>/<id>/<name>` is its older form. */
export const isFilePath = (pathname: string): boolean =>
  pathname.startsWith('/file-upload/') || pathname.startsWith('/ufs/')

/** Answers `/file-upload/<id>/<name>` (protocol reference 5.11); the name is only for people. */
export const serveFile = (
  app: App,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): void => {
  answer(app, request, response, url).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    // A client that goes away in the middle is not an error of the server.
    if (code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET') {
      app.logger.error({ err: error }, 'a file could not be sent')
    }
    if (response.headersSent) response.destroy()
    else response.writeHead(500).end()
  })
}
