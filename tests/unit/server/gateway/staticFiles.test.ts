import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { startHarness, type Harness } from './harness'

const script = 'export const text = "hello";\n'.repeat(200)

let harness: Harness
let folder: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'h5-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>chat</title>')
  writeFileSync(join(folder, 'assets/index-abc123.js'), script)
  harness = await startHarness({ h5Folder: folder })
})
afterEach(async () => {
  await harness.close()
  rmSync(folder, { recursive: true, force: true })
})

const fetchRaw = (path: string, headers: Record<string, string> = {}) =>
  request(`${harness.gateway.url}${path}`, { headers })

describe('the H5 build', () => {
  it('is served at / and asked for again each time', async () => {
    const { status, headers, body } = await harness.send('/?from=somewhere')
    expect([status, body]).toEqual([200, '<!doctype html><title>chat</title>'])
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-cache')
    const again = await fetchRaw('/', { 'if-none-match': headers.get('etag')! })
    expect(again.statusCode).toBe(304)
  })

  it('serves hashed files compressed and for ever', async () => {
    const { headers, body } = await fetchRaw('/assets/index-abc123.js', {
      'accept-encoding': 'gzip',
    })
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
      vary: 'Accept-Encoding',
    })
    expect(gunzipSync(Buffer.from(await body.arrayBuffer())).toString()).toBe(script)
  })

  it('serves brotli to those who take it and plain text to those who take nothing', async () => {
    const path = '/assets/index-abc123.js'
    const brotli = await fetchRaw(path, { 'accept-encoding': 'gzip, deflate, br' })
    expect(brotli.headers['content-encoding']).toBe('br')
    await brotli.body.dump()
    const plain = await fetchRaw(path)
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(await plain.body.text()).toBe(script)
  })

  it.each(['/../gateway.db', '/%2e%2e/package.json', '/assets/', '/nothing.js', '/index.html/'])(
    'answers 404 for %s',
    async (path) => {
      const { hostname, port } = new URL(harness.gateway.url)
      const { statusCode, body } = await request({
        protocol: 'http:',
        hostname,
        port,
        pathname: path,
      })
      await body.dump()
      expect(statusCode).toBe(404)
    },
  )

  it('comes with a policy that allows no foreign scripts and no framing', async () => {
    const { headers } = await harness.send('/')
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("style-src 'self' 'unsafe-inline'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${harness.gateway.port}`)
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('says how to make it when it is missing', async () => {
    await harness.restart({ h5Folder: join(folder, 'missing') })
    const { status, body } = await harness.send('/')
    expect(status).toBe(503)
    expect(body).toContain('npm run build:h5')
  })
})
