import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isPublicAddress } from '../../../../../server/embedded/outside/publicAddress'
import {
  publicFetch,
  type PublicFetchOptions,
} from '../../../../../server/embedded/outside/publicFetch'

let outside: Server
let port: number
let asked: string[] = []

const pages: Record<string, (response: ServerResponse) => void> = {
  '/page': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<b>hi</b>'),
  '/missing': (response) => response.writeHead(404).end('no'),
  '/large': (response) => {
    response.writeHead(200)
    // Never ends by itself.
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384, 97)));
    }
    response.on('drain', more)
    more()
  },
  '/silent': () => undefined,
  '/once': (response) => response.writeHead(302, { location: '/page' }).end(),
  '/loop': (response) => response.writeHead(302, { location: '/loop' }).end(),
  '/inside': (response) =>
    response.writeHead(302, { location: `http://inside.test:${port}/page` }).end(),
  '/literal': (response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
  '/file': (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
}

beforeAll(async () => {
  outside = createServer((request, response) => {
    asked.push(`${request.headers.host ?? ''}${request.url ?? ''}`)
    const page = pages[request.url ?? '']
    if (page === undefined) response.writeHead(500).end()
    else page(response)
  })
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
  port = (outside.address() as AddressInfo).port
})
afterAll(async () => {
  outside.closeAllConnections()
  await new Promise((resolve) => outside.close(resolve))
})
beforeEach(() => {
  asked = []
})

/** The name outside.test stands for this machine; 127.0.0.1 plays a public address. */
const options = (given: Partial<PublicFetchOptions> = {}): PublicFetchOptions => ({
  maxBytes: 1000,
  timeoutMs: 5000,
  ports: [port],
  resolve: (host) =>
    Promise.resolve([{ address: host === 'outside.test' ? '127.0.0.1' : '127.0.0.2', family: 4 }]),
  allow: (address) => address === '127.0.0.1',
  ...given,
})

const fetchPath = (path: string, given?: Partial<PublicFetchOptions>) =>
  publicFetch(`http://outside.test:${port}${path}`, options(given))

describe('fetching from public addresses', () => {
  it('answers status, headers, body and address', async () => {
    const answer = await fetchPath('/page#part')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('text/html')
    expect(answer.body.toString()).toBe('<b>hi</b>')
    expect(answer.url).toBe(`http://outside.test:${port}/page`)
    expect(asked).toEqual([`outside.test:${port}/page`])
    expect((await fetchPath('/missing')).status).toBe(404)
  })

  it('follows redirects, not for ever and not to the inside', async () => {
    expect((await fetchPath('/once')).url).toBe(`http://outside.test:${port}/page`)
    await expect(fetchPath('/loop')).rejects.toMatchObject({ code: 'too-many-redirects' })
    asked = []
    for (const path of ['/inside', '/literal']) {
      await expect(fetchPath(path)).rejects.toMatchObject({ code: 'refused-address' })
    }
    await expect(fetchPath('/file')).rejects.toMatchObject({ code: 'invalid-url' })
    expect(asked).toHaveLength(3)
  })

  it('refuses or cuts what is too large', async () => {
    await expect(fetchPath('/large')).rejects.toMatchObject({ code: 'too-large' })
    expect((await fetchPath('/large', { truncate: true })).body).toHaveLength(1000)
  })

  it('gives up on a silent server and on a silent name service', async () => {
    await expect(fetchPath('/silent', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' })
    const resolve = (): Promise<never> => new Promise(() => undefined)
    await expect(fetchPath('/page', { timeoutMs: 50, resolve })).rejects.toMatchObject({
      code: 'timeout',
    })
  })

  it('refuses a name when one of its addresses is not allowed', async () => {
    const both = [
      { address: '127.0.0.1', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ]
    for (const found of [both, []]) {
      const resolve = () => Promise.resolve(found)
      await expect(fetchPath('/page', { resolve })).rejects.toMatchObject({
        code: 'refused-address',
      })
    }
    expect(asked).toEqual([])
  })

  it('asks the name service once, and connects to what was checked', async () => {
    let count = 0
    const resolve = () => {
      count += 1
      return Promise.resolve([{ address: count === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }])
    }
    expect((await fetchPath('/page', { resolve })).status).toBe(200)
    expect(count).toBe(1)
  })

  it.each([
    'ftp://outside.test/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'not an address',
    'http://user:secret@outside.test/',
  ])('refuses %s', async (url) => {
    await expect(publicFetch(url, options())).rejects.toMatchObject({ code: 'invalid-url' })
  })

  it.each([
    'http://outside.test:8080/',
    'http://127.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://[::1]/',
    'http://[::ffff:7f00:1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost/',
  ])('refuses %s with the rules of the product', async (url) => {
    await expect(publicFetch(url, { maxBytes: 10, timeoutMs: 5000 })).rejects.toMatchObject({
      code: 'refused-address',
    })
  })

  it('knows which addresses are public', () => {
    const inside =
      '127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 100.64.0.1 169.254.1.1 198.18.0.1 0.0.0.0 224.0.0.1 240.0.0.1 ' +
      '255.255.255.255 ::1 :: ::127.0.0.1 ::ffff:10.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 2002:a00:1:: 2001::1 fe80::1 ' +
      'fec0::1 fc00::1 ff02::1 2001:db8::1 4000::1 text'
    expect(inside.split(' ').filter(isPublicAddress)).toEqual([])
    expect(['1.1.1.1', '8.8.8.8', '2606:4700::1111'].every(isPublicAddress)).toBe(true)
  })
})
