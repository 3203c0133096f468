import { request } from 'node:http'
import { readIdentitySettings } from '../../../../server/gateway/identity/identitySettings'
import { createAddressList, isNetwork } from '../../../../server/gateway/web/addressList'
import { createDoors } from '../../../../server/gateway/web/doors'
import { createOrigins } from '../../../../server/gateway/web/origins'
import { startHarness, type Harness } from './harness'

const secret = 'what-only-the-proxy-in-front-knows'
const endpoint = '/api/services/app/Im/Authenticate'
const entry = { type: 'trusted-header' as const, proxies: ['127.0.0.0/8', '::1'], secret }

let harness: Harness | undefined
afterEach(async () => {
  await harness?.close()
  harness = undefined
})

const start = async (proxies = entry.proxies, more: object = {}) => {
  harness = await startHarness({
    identities: [{ ...entry, ...more, proxies }, { type: 'demo', name: 'demo' } as never],
  })
  return harness
}

const who = { 'x-im-proxy-secret': secret, 'x-im-user-id': '77', 'x-im-user-name': 'carla' }

const leavingOut = (left: string): Record<string, string> =>
  Object.fromEntries(Object.entries(who).filter(([name]) => name !== left))

const ask = (headers: Record<string, string>) => harness!.post(endpoint, {}, headers)

describe('a user whom a proxy has signed in', () => {
  it('gets a chat session, with a name in any script', async () => {
    await start()
    const name = encodeURIComponent('卡拉')
    const { status } = await ask({ ...who, 'x-im-name': name, 'x-im-email': 'carla@example.com' })
    expect(status).toBe(200)
    expect(harness!.chat.users.at(-1)).toMatchObject({
      name: '卡拉',
      emails: [{ address: 'carla@example.com' }],
    })
  })

  it('keeps one session per session of the proxy, and others after signing out', async () => {
    await start()
    const session = { ...who, 'x-im-session': 's1' }
    const first = await ask(session)
    expect((await ask(session)).body.result.authToken).toBe(first.body.result.authToken)
    await harness!.post('/api/services/app/Im/Logout', {}, session)
    expect((await ask(session)).status).toBe(401)
    expect((await ask({ ...who, 'x-im-session': 's2' })).status).toBe(200)
  })

  it('can come back after signing out where the proxy has no sessions', async () => {
    await start()
    const first = await ask(who)
    await harness!.post('/api/services/app/Im/Logout', {}, who)
    const second = await ask(who)
    expect(second.status).toBe(200)
    expect(second.body.result.authToken).not.toBe(first.body.result.authToken)
  })

  it('may have other header names', async () => {
    await start(entry.proxies, { headers: { userId: 'remote-user' } })
    expect((await ask({ 'x-im-proxy-secret': secret, 'remote-user': 'dora' })).status).toBe(200)
    expect((await ask(who)).status).toBe(401)
  })
})

describe('headers that do not count', () => {
  it('are those without the secret, with a wrong one, or without a user', async () => {
    await start()
    const without = leavingOut('x-im-proxy-secret')
    const nobody = leavingOut('x-im-user-id')
    const wrong: Record<string, string>[] = [
      without,
      nobody,
      { ...who, 'x-im-proxy-secret': '' },
      { ...who, 'x-im-proxy-secret': `${secret}x` },
      { ...who, 'x-im-user-id': '' },
      { ...who, 'x-im-user-id': 'x'.repeat(300) },
    ]
    for (const headers of wrong) expect((await ask(headers)).status).toBe(401)
    expect(harness!.chat.seenOf('users.create')).toHaveLength(0)
  })

  it('are those of another address, whatever it says about itself', async () => {
    await start(['10.1.2.3'])
    expect((await ask(who)).status).toBe(401)
    expect((await ask({ ...who, 'x-forwarded-for': '10.1.2.3' })).status).toBe(401)
  })

  it('are two of one name: the proxy has added its own to the client’s', async () => {
    await start()
    const { port } = harness!.gateway
    const status = await new Promise((resolve, reject) => {
      const sent = request(
        { port, host: '127.0.0.1', path: endpoint, method: 'POST' },
        (response) => resolve(response.resume().statusCode),
      )
      sent.on('error', reject)
      sent.setHeader('x-im-proxy-secret', secret)
      sent.setHeader('x-im-user-id', ['1', '77'])
      sent.end()
    })
    expect(status).toBe(401)
  })

  it('come with a call that a page of another site makes', async () => {
    await start()
    expect((await ask({ ...who, origin: 'https://evil.example' })).status).toBe(401)
    expect((await ask({ ...who, 'sec-fetch-site': 'cross-site' })).status).toBe(401)
    expect((await ask({ ...who, origin: harness!.gateway.url })).status).toBe(200)
  })

  it('do not replace the token of somebody else', async () => {
    await start()
    const bearer = await harness!.signIn('alice')
    const without = leavingOut('x-im-proxy-secret')
    const answer = await ask({ ...without, authorization: `Bearer ${bearer}` })
    expect(answer.body.result.username).toBe('alice')
  })

  it('include a token that looks like the internal one', async () => {
    await start()
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss: 'uni-rocketchat-trusted-header', sub: '77', exp: 99_999_999_999 }
    for (const signature of ['', 'AAAA']) {
      const token = `${part({ alg: 'none' })}.${part(claims)}.${signature}`
      expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(401)
    }
  })
})

describe('the settings of trusted-header', () => {
  const read = (value: object) => () =>
    readIdentitySettings(JSON.stringify([value]), { root: '/', allowHttp: false })

  it.each<[object, string]>([
    [{ type: 'trusted-header', secret }, 'proxies'],
    [{ ...entry, proxies: [] }, 'proxies'],
    [{ ...entry, proxies: ['proxy.internal'] }, 'proxies'],
    [{ ...entry, secret: 'short' }, 'secret'],
    [{ ...entry, secret: undefined }, 'secret'],
    [{ ...entry, headers: { userId: 'X User' } }, 'headers'],
    [{ ...entry, header: {} }, 'IM_IDENTITY[0]'],
  ])('%j are refused', (value, name) => {
    expect(read(value)).toThrow(name)
  })

  it('stand once in a list', () => {
    const two = JSON.stringify([entry, { ...entry, name: 'second' }])
    expect(() => readIdentitySettings(two, { root: '/', allowHttp: false })).toThrow(
      'more than one',
    )
  })
})

describe('lists of addresses', () => {
  it.each([
    ['10.0.0.1', true],
    ['10.0.0.0/8', true],
    ['::1', true],
    ['fd00::/8', true],
    ['10.0.0.0/33', false],
    ['10.0.0.0/8/8', false],
    ['10.0.0', false],
    ['', false],
    ['::/129', false],
    ['10.0.0.0/', false],
  ])('know whether "%s" is one', (text, isOne) => {
    expect(isNetwork(text)).toBe(isOne)
  })

  it('contain what lies in their networks, also as a socket writes it', () => {
    const list = createAddressList(['10.0.0.0/8', '192.168.1.1', 'fd00::/8'])
    for (const one of ['10.255.0.1', '::ffff:10.0.0.1', '192.168.1.1', 'fd12::1']) {
      expect(list.includes(one)).toBe(true)
    }
    for (const one of [
      '11.0.0.1',
      '::ffff:11.0.0.1',
      '192.168.1.2',
      'fe80::1',
      '',
      undefined,
      'x',
    ]) {
      expect(list.includes(one)).toBe(false)
    }
  })

  it('decide whose word about the real client counts', () => {
    const doors = createDoors(createOrigins([]), ['10.0.0.0/8'])
    const addressOf = (peer: string, forwarded?: string) =>
      doors.addressOf({
        socket: { remoteAddress: peer },
        headers: { 'x-forwarded-for': forwarded },
      } as never)
    expect(addressOf('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9')
    expect(addressOf('10.0.0.1', '198.51.100.1')).toBe('198.51.100.1')
    expect(addressOf('10.0.0.1', 'made-up, 198.51.100.1, 10.0.0.2')).toBe('198.51.100.1')
    expect(addressOf('10.0.0.1')).toBe('10.0.0.1')
  })
})
