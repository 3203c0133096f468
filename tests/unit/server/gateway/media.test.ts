import {
  businessToken,
  postJson,
  signIn,
  startServers,
  upload,
  type Person,
  type Servers,
} from '../../../security/support'

// The chat server and the gateway start here, which takes long on a busy machine.
jest.setTimeout(30_000)

type Signed = { addresses: (string | null)[]; expiresAt: number }

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const sign = (url: string, person: Person, paths: string[]) =>
  postJson<Signed>(
    `${url}/api/services/app/Im/SignMedia`,
    { paths },
    {
      authorization: `Bearer ${person.bearer}`,
    },
  )

const addressOf = async (url: string, person: Person, path: string): Promise<string> => {
  const { result } = await sign(url, person, [path])
  return `${url}${result.addresses[0] ?? 'refused'}`
}

describe.each(['ddp', 'signalr'])('signed addresses with IM_REALTIME=%s', (way) => {
  let servers: Servers
  let url: string
  let alice: Person
  let picture: string
  beforeAll(async () => {
    servers = await startServers({ IM_REALTIME: way })
    url = servers.url
    alice = await signIn(url, 'alice')
    const file = { name: '图 1.png', type: 'image/png', content: new Uint8Array(png) }
    picture = (await upload(url, alice, file)).path
  })
  afterAll(() => servers.close())

  it('show files and avatars without any header, many with one call', async () => {
    const paths = [picture, '/avatar/alice?size=64&format=png', '/avatar/bob']
    const { status, headers, result } = await sign(url, alice, paths)
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    const answers = await Promise.all(result.addresses.map((one) => fetch(`${url}${one}`)))
    expect(answers.map((one) => one.status)).toEqual([200, 200, 200])
    expect(answers.map((one) => one.headers.get('content-type'))).toEqual([
      'image/png',
      'image/png',
      'image/svg+xml',
    ])
    expect((await answers[0]!.arrayBuffer()).byteLength).toBeGreaterThan(0)
  })

  it('hold no token and no id of a person', async () => {
    const address = await addressOf(url, alice, picture)
    for (const secret of [alice.bearer, alice.userId, alice.authToken]) {
      if (secret !== '') expect(decodeURIComponent(address)).not.toContain(secret)
    }
  })

  it('stay the same for a while, so that a browser’s cache knows them again', async () => {
    const [first, second] = [await sign(url, alice, [picture]), await sign(url, alice, [picture])]
    if (first.result.expiresAt === second.result.expiresAt) {
      expect(second.result.addresses).toEqual(first.result.addresses)
    }
    const answer = await fetch(`${url}${second.result.addresses[0]}`)
    const seconds = Number(
      /^private, max-age=(\d+)$/.exec(answer.headers.get('cache-control')!)![1],
    )
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(600)
  })

  it('pass parts of a file and questions of a cache on', async () => {
    const address = await addressOf(url, alice, picture)
    const part = await fetch(address, { headers: { range: 'bytes=1-3' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toMatch(/^bytes 1-3\//)
    expect(await part.text()).toBe('PNG')
    const whole = await fetch(address)
    const etag = whole.headers.get('etag')!
    const again = await fetch(address, { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const head = await fetch(address, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(whole.headers.get('content-length'))
  })

  it('are refused when a character of them is another one', async () => {
    const address = new URL(await addressOf(url, alice, picture))
    const [, , grant = '', ...rest] = address.pathname.split('/')
    const changed = [0, 15, 16, 40, grant.length - 1].map((at) => {
      const other = grant[at] === 'A' ? 'B' : 'A'
      return `/media/${grant.slice(0, at)}${other}${grant.slice(at + 1)}/${rest.join('/')}`
    })
    const file = `/media/${grant}`
    changed.push(
      `${address.pathname}?download`,
      `${file}/avatar/alice`,
      `${file}/file-upload/other/a.png`,
      `${file}=/${rest.join('/')}`,
      `/media/${rest.join('/')}`,
      '/media/',
      '/media/x',
      `/media/${'A'.repeat(5000)}/${rest.join('/')}`,
    )
    for (const path of changed) {
      const answer = await fetch(`${url}${path}`)
      expect([path, answer.status]).toEqual([path, 403])
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
  })

  it('are given for avatars and files only', async () => {
    const refused = [
      '/api/v1/me',
      '/file-upload/../api/v1/me',
      '/file-upload/x/../../api/v1/me',
      '/file-upload/%2e%2e/api/v1/me',
      '/file-upload/..%2fapi%2fv1%2fme',
      '/file-upload/..%252fapi/v1/me',
      '/avatar/..\\api',
      '/avatar/',
      '//evil.example/file-upload/a/b',
      'http://evil.example/file-upload/a/b',
      'https:/file-upload/a/b',
      'file-upload/a/b',
      '/file-upload/a/b?rc_token=x',
      '/file-upload/a/b?replyWithRedirectUrl=true',
      '/avatar/alice?size=99999',
      '/avatar/al%0d%0aice',
      '/avatar/alice%',
      '/avatar/alice#x',
      `/avatar/${'a'.repeat(1020)}`,
      '',
    ]
    const { result } = await sign(
      url,
      alice,
      refused.filter((one) => one.length <= 1024),
    )
    expect(result.addresses.filter((one) => one !== null)).toEqual([])
  })

  it('are not given to nobody, and not for a list that is none', async () => {
    const endpoint = `${url}/api/services/app/Im/SignMedia`
    expect((await postJson(endpoint, { paths: [picture] })).status).toBe(401)
    const authorization = { authorization: `Bearer ${alice.bearer}` }
    for (const paths of [undefined, [], {}, [{}], Array.from({ length: 201 }, () => '/avatar/a')]) {
      expect((await postJson(endpoint, { paths }, authorization)).status).toBe(400)
    }
  })

  it('open a room’s file to its members only', async () => {
    const group = await postJson<{ group: { _id: string } }>(
      `${url}/api/v1/groups.create`,
      { name: `alone-${way}` },
      alice.headers,
    )
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(png)], { type: 'image/png' }), 'a.png')
    const { _id: rid } = group.result.group
    const sent = await fetch(`${url}/api/v1/rooms.media/${rid}`, {
      ...{ method: 'POST', headers: alice.headers, body: form },
    })
    const { file } = (await sent.json()) as { file: { _id: string; url: string } }
    await postJson(`${url}/api/v1/rooms.mediaConfirm/${rid}/${file._id}`, {}, alice.headers)
    const path = new URL(file.url, url).pathname
    const bob = await signIn(url, 'bob')
    expect((await fetch(await addressOf(url, alice, path))).status).toBe(200)
    expect((await fetch(await addressOf(url, bob, path))).status).toBe(403)
  })

  it('end with the sign-in that they were made for, and only with that one', async () => {
    const other = await signIn(url, 'alice')
    const [mine, theirs] = [
      await addressOf(url, alice, picture),
      await addressOf(url, other, picture),
    ]
    expect(mine).not.toBe(theirs)
    const authorization = { authorization: `Bearer ${other.bearer}` }
    await postJson(`${url}/api/services/app/Im/Logout`, {}, authorization)
    expect((await fetch(theirs)).status).toBe(403)
    expect((await fetch(mine)).status).toBe(200)
  })

  it('stay out of the log', async () => {
    const address = await addressOf(url, alice, picture)
    const [, , grant = ''] = new URL(address).pathname.split('/')
    await fetch(address)
    expect(servers.logText()).toContain('/media/')
    expect(servers.logText()).not.toContain(grant)
  })

  it.each([
    ['page.html', 'text/html', 'application/octet-stream'],
    ['page.xhtml', 'application/xhtml+xml', 'application/octet-stream'],
    ['notes.txt', 'text/plain', 'text/plain; charset=utf-8'],
    ['paper.pdf', 'application/pdf', 'application/pdf'],
  ])('serve the upload %s so that nothing of it can run here', async (name, type, sent) => {
    const content = '<!doctype html><script>alert(document.domain)</script>'
    const { path } = await upload(url, alice, { name, type, content })
    const direct = fetch(`${url}${path}`, { headers: alice.headers })
    for (const answer of [await fetch(await addressOf(url, alice, path)), await direct]) {
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe(sent)
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/)
      const isShown = type === 'text/plain'
      const disposition = answer.headers.get('content-disposition') ?? ''
      expect(disposition.startsWith('attachment')).toBe(!isShown)
      expect(disposition).toContain(name)
    }
  })
})

it('a signed address needs a business token that is still good', async () => {
  const servers = await startServers()
  const bearer = await businessToken(servers.url, 'alice')
  const authorization = { authorization: `Bearer ${bearer.slice(0, -2)}` }
  const endpoint = `${servers.url}/api/services/app/Im/SignMedia`
  expect((await postJson(endpoint, { paths: ['/avatar/a'] }, authorization)).status).toBe(401)
  await servers.close()
})
