import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const yearSeconds = 365 * 24 * 60 * 60
const smallestCompressedBytes = 1024
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }

/** Extension -> media type and whether compressing it pays. */
const types: Record<string, [type: string, isText: boolean]> = {
  '.css': ['text/css; charset=utf-8', true],
  '.gif': ['image/gif', false],
  '.html': ['text/html; charset=utf-8', true],
  '.ico': ['image/x-icon', false],
  '.jpg': ['image/jpeg', false],
  '.js': ['text/javascript; charset=utf-8', true],
  '.json': ['application/json; charset=utf-8', true],
  '.mp3': ['audio/mpeg', false],
  '.png': ['image/png', false],
  '.svg': ['image/svg+xml', true],
  '.ttf': ['font/ttf', true],
  '.webp': ['image/webp', false],
  '.woff2': ['font/woff2', false],
}

type StaticFile = {
  type: string
  cacheControl: string
  etag: string
  plain: Buffer
  gzip: Buffer | undefined
  brotli: Buffer | undefined
}

/**
 * Serves the H5 build at `/` from memory: it is small, it is compressed once, and an address can never name a file
 * outside of it. Files in `assets/` have a hash of their content in their name and are cached for ever; everything else,
 * `index.html` above all, is asked for again each time. A new build shows after a restart.
 *
 * @param folder the build, for example `dist/build/h5`; when it is missing, `/` says how to make it.
 */
export async function serveH5(app: FastifyInstance, folder: string): Promise<void> {
  const files = existsSync(join(folder, 'index.html')) ? await load(folder) : undefined
  app.get('/*', (request, reply) => {
    const [path = ''] = (request.raw.url ?? '').split('?', 1)
    const file = files?.get(path === '/' ? '/index.html' : path)
    if (file) return sendFile(file, request, reply)
    if (files || path !== '/') {
      reply.callNotFound()
      return reply
    }
    const text = 'The H5 build is missing: run "npm run build:h5" and start again.\n'
    return reply.code(503).type('text/plain; charset=utf-8').send(text)
  })
}

async function load(folder: string): Promise<Map<string, StaticFile>> {
  const files = new Map<string, StaticFile>()
  for (const name of await readdir(folder, { recursive: true })) {
    const file = join(folder, name)
    if (!(await stat(file)).isFile()) continue
    const path = `/${name.split(sep).map(encodeURIComponent).join('/')}`
    files.set(path, await prepare(path, await readFile(file)))
  }
  return files
}

async function prepare(path: string, plain: Buffer): Promise<StaticFile> {
  const [type, isText] = types[extname(path).toLowerCase()] ?? ['application/octet-stream', false]
  const pays = isText && plain.byteLength >= smallestCompressedBytes
  return {
    type,
    cacheControl: path.startsWith('/assets/')
      ? `public, max-age=${yearSeconds}, immutable`
      : 'no-cache',
    etag: `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    plain,
    gzip: pays ? await promisify(gzip)(plain, { level: 9 }) : undefined,
    brotli: pays ? await promisify(brotliCompress)(plain, brotli) : undefined,
  }
}

function sendFile(file: StaticFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers({
    'content-type': file.type,
    'cache-control': file.cacheControl,
    etag: file.etag,
    vary: 'Accept-Encoding',
  })
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  const accepted = request.headers['accept-encoding'] ?? ''
  if (file.brotli && /\bbr\b/.test(accepted)) {
    return reply.header('content-encoding', 'br').send(file.brotli)
  }
  if (file.gzip && /\bgzip\b/.test(accepted)) {
    return reply.header('content-encoding', 'gzip').send(file.gzip)
  }
  return reply.send(file.plain)
}
