// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-return */
import {
  PublicFetchError,
  type PublicResponse,
} from '../../../../server/embedded/outside/publicFetch'
import type { OutsideFetch } from '../../../../server/embedded/previews/fetchPreview'
import { decodePage } from '../../../../server/embedded/previews/charset'
import { metaKey, readPage } from '../../../../server/embedded/previews/readPage'
import { openDdp, startTestServer, type RestClient, type TestServer } from './support'

const html = (body: string | Buffer, type = 'text/html; charset=utf-8'): PublicResponse => ({
  status: 200,
  headers: { 'content-type': type, 'content-length': String(body.length) },
  body: Buffer.from(body as string),
  url: 'https://example.org/a/page',
})

describe('a page', () => {
  it('is read for its title and meta elements; the first of each counts', () => {
    const page = readPage(`<html><head><title> A
      title</title><meta property="og:title" content="First"><meta property="og:title" content="Second">
      <meta name="description" content="x &amp; y"><meta name="twitter:image" content="/i.png">
      <link rel="alternate" type="application/json+oembed" href="/oembed?x=1&amp;y=2">
      <body><svg><title>Other</title>`)
    expect(page).toEqual({
      meta: {
        pageTitle: 'A title',
        ogTitle: 'First',
        description: 'x & y',
        twitterImage: '/i.png',
      },
      oembed: '/oembed?x=1&y=2',
    })
  })

  it.each([
    ['og:site_name', 'ogSiteName'],
    ['OG:Title', 'ogTitle'],
    ['__proto__', 'proto'],
    ['--', ''],
  ])('has the name %s as %s', (name, key) => expect(metaKey(name)).toBe(key))

  it('cannot fill a message: long and many values are cut', () => {
    const many = Array.from({ length: 500 }, (_one, index) => `<meta name="k${index}" content="v">`)
    const { meta } = readPage(`<title>${'x'.repeat(5000)}</title>${many.join('')}`)
    expect(Object.keys(meta).length).toBeLessThanOrEqual(60)
    expect(Math.max(...Object.values(meta).map((value) => value.length))).toBeLessThanOrEqual(1000)
  })

  it.each([
    ['text/html; charset=gbk', Buffer.from([0xd6, 0xd0, 0xce, 0xc4])],
    [
      'text/html',
      Buffer.concat([
        Buffer.from('<meta charset="gb2312">'),
        Buffer.from([0xd6, 0xd0, 0xce, 0xc4]),
      ]),
    ],
    ['text/html; charset=utf-8', Buffer.from('中文')],
    ['text/html; charset=nonsense', Buffer.from('中文')],
    ['text/html', Buffer.from([0xff, 0xfe, 0x2d, 0x4e, 0x87, 0x65])],
  ])('is decoded from %s', (type, body) => expect(decodePage(body, type)).toContain('中文'))
})

describe('links in messages', () => {
  let test: TestServer
  let ann: RestClient
  let asked: string[]
  let answer: OutsideFetch

  const start = async (environment: Record<string, string> = {}): Promise<void> => {
    asked = []
    test = await startTestServer({
      environment,
      outside: (url, options) => {
        asked.push(url)
        return answer(url, options)
      },
    })
    ann = await test.person('ann')
  }
  const send = async (msg: string, previewUrls?: string[]) =>
    (await ann.post('chat.sendMessage', { message: { rid: 'GENERAL', msg }, previewUrls })).body
      .message
  const read = async (id: string) => (await ann.get(`chat.getMessage?msgId=${id}`)).body.message

  beforeEach(() => {
    answer = () =>
      Promise.resolve(html('<title>Page</title><meta property="og:image" content="../i.png">'))
  })
  afterEach(() => test.close())

  it('are previewed after the message is stored, and everybody gets it again', async () => {
    await start()
    const listener = await openDdp(test.server.url, ann)
    await listener.subscribe('stream-room-messages', 'GENERAL', false)
    const sent = await send('see https://example.org/a/page?q=1#h')
    expect(sent.urls).toEqual([{ url: 'https://example.org/a/page?q=1#h', meta: {} }])
    await listener.event('stream-room-messages', 'GENERAL')
    const again = await listener.event('stream-room-messages', 'GENERAL')
    const [message] = again.fields.args
    expect([message._id, message.urls]).toEqual([
      sent._id,
      [
        {
          url: 'https://example.org/a/page?q=1#h',
          meta: { pageTitle: 'Page', ogImage: 'https://example.org/i.png' },
          headers: { contentType: 'text/html; charset=utf-8', contentLength: '64' },
          parsedUrl: {
            host: 'example.org',
            hash: '#h',
            pathname: '/a/page',
            protocol: 'https:',
            port: null,
            query: 'q=1',
            search: '?q=1',
            hostname: 'example.org',
          },
        },
      ],
    ])
    expect((await read(sent._id)).urls[0].meta.pageTitle).toBe('Page')
    const { room } = (await ann.get('rooms.info?roomId=GENERAL')).body
    expect(room.lastMessage.urls[0].meta.pageTitle).toBe('Page')
    listener.close()
  })

  it('take what oEmbed says, but for its HTML', async () => {
    await start()
    answer = (url) =>
      Promise.resolve(
        url.endsWith('/oembed')
          ? html(
              '{"title":"Clip","html":"<script>","thumbnail_url":"javascript:x","width":3}',
              'application/json',
            )
          : html('<link type="application/json+oembed" href="/oembed">'),
      )
    const { body } = await ann.get(
      'chat.getURLPreview?roomId=GENERAL&url=https%3A%2F%2Fexample.org%2F',
    )
    expect(body.urlPreview.meta).toEqual({ oembedTitle: 'Clip', oembedWidth: '3' })
    expect(asked).toEqual(['https://example.org/', 'https://example.org/oembed'])
  })

  it('are asked for at most five per message, and once for the same address', async () => {
    await start()
    const links = [1, 2, 3, 4, 5, 6, 7].map((n) => `https://example.org/${n}`)
    await send(links.join(' '))
    await send('https://example.org/1')
    await ann.get('chat.getURLPreview?roomId=GENERAL&url=https%3A%2F%2Fexample.org%2F2')
    expect(asked).toEqual(links.slice(0, 5))
  })

  it('are asked for at most four at a time', async () => {
    await start()
    const waiting: (() => void)[] = []
    answer = () => new Promise((resolve) => waiting.push(() => resolve(html('x'))))
    await send([1, 2, 3, 4, 5].map((n) => `https://example.org/${n}`).join(' '))
    await ann.get('me')
    expect(asked).toHaveLength(4)
    waiting[0]?.()
    while (asked.length < 5) await ann.get('me')
    for (const go of waiting) go()
  })

  it.each([
    ['the sender does not want one', {}, [], 'https://example.org/'],
    ['previews are off', { API_Embed: 'false' }, undefined, 'https://example.org/'],
    [
      'the host is ignored',
      { API_EmbedIgnoredHosts: '*.example.org' },
      undefined,
      'https://a.example.org/',
    ],
    [
      'the sender is exempt',
      { API_EmbedDisabledFor: 'bob, ann' },
      undefined,
      'https://example.org/',
    ],
  ])('are not asked for when %s', async (_why, settings, previewUrls, url) => {
    const entries = Object.entries(settings).map(([id, value]) => [
      `OVERWRITE_SETTING_${id}`,
      value,
    ])
    await start(Object.fromEntries(entries) as Record<string, string>)
    await send(url, previewUrls)
    await ann.get('me')
    expect(asked).toEqual([])
  })

  it.each([
    ['fails', () => Promise.reject(new PublicFetchError('timeout'))],
    ['is not found', () => Promise.resolve({ ...html('<title>no</title>'), status: 404 })],
  ])('stay as they are when the address %s', async (_why, how) => {
    await start()
    answer = how
    const sent = await send('https://example.org/')
    const { body } = await ann.get(
      'chat.getURLPreview?roomId=GENERAL&url=https%3A%2F%2Fexample.org%2F',
    )
    expect(body.urlPreview).toEqual({ url: 'https://example.org/', meta: {}, ignoreParse: true })
    expect((await read(sent._id)).urls).toEqual([{ url: 'https://example.org/', meta: {} }])
  })

  it('that were edited away meanwhile are not written back', async () => {
    await start()
    let go: (response: PublicResponse) => void = () => undefined
    answer = () => new Promise((resolve) => (go = resolve))
    const sent = await send('https://example.org/')
    await ann.post('chat.update', { roomId: 'GENERAL', msgId: sent._id, text: 'nothing' })
    go(html('<title>late</title>'))
    await ann.get('me')
    expect((await read(sent._id)).urls).toEqual([])
  })

  it.each([
    ['roomId=nowhere&url=https%3A%2F%2Fexample.org', 'Not allowed [error-not-allowed]'],
    ['roomId=GENERAL&url=file%3A%2F%2F%2Fetc', 'Invalid URL'],
    ['roomId=GENERAL', "must have required property 'url' [error-invalid-params]"],
  ])('cannot be asked for with %s', async (query, error) => {
    await start()
    const { status, body } = await ann.get(`chat.getURLPreview?${query}`)
    expect([status, body.error]).toEqual([400, error])
  })

  it('are left alone by a server that does not reach outside', async () => {
    test = await startTestServer()
    ann = await test.person('ann')
    const sent = await send('https://example.org/')
    expect((await read(sent._id)).urls).toEqual([{ url: 'https://example.org/', meta: {} }])
  })
})
