// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment */
import { notLoggedIn } from './refusals'
import { restClient, type RestClient, type TestServer, usePeople } from './support'

let test: TestServer
let ann: RestClient
let bob: RestClient

usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))

describe('the envelope', () => {
  it('refuses calls without, with foreign and with half credentials', async () => {
    const { url } = test.server
    for (const client of [
      test.anonymous,
      restClient(url, ann.userId, 'x'),
      restClient(url, bob.userId, ann.token),
    ]) {
      expect(await client.get('me')).toMatchObject({ status: 401, body: notLoggedIn })
    }
    const half = await fetch(`${url}/api/v1/me`, { headers: { 'X-Auth-Token': ann.token } })
    expect(half.status).toBe(401)
  })

  it('answers unknown endpoints, wrong methods and prototype names with 404', async () => {
    for (const path of ['nothing.here', 'constructor', 'chat.sendMessage', '']) {
      expect(await ann.get(path)).toMatchObject({ status: 404, body: { success: false } })
    }
  })

  it('answers OPTIONS with 405, because CORS is off', async () => {
    const answer = await fetch(`${test.server.url}/api/v1/me`, { method: 'OPTIONS' })
    expect(answer.status).toBe(405)
    expect(await answer.json()).toMatchObject({
      success: false,
      error: expect.stringContaining('CORS not enabled'),
    })
  })

  it('forbids caches', async () => {
    expect((await ann.get('me')).headers.get('cache-control')).toBe('no-store')
  })

  it.each([
    '{"message":',
    '[[',
    '{"__proto__":{"a":1}}',
    '{"message":{"__proto__":1}}',
    '['.repeat(5000),
  ])('refuses the body %.30s', async (body) => {
    const answer = await ann.post('chat.sendMessage', body)
    expect([answer.status, answer.body.success]).toEqual([400, false])
  })

  it('refuses a body over 1 MiB with 413 and goes on', async () => {
    const answer = await ann.post('chat.sendMessage', {
      message: { rid: 'GENERAL', msg: 'x'.repeat(1_100_000) },
    })
    expect(answer.status).toBe(413)
    expect((await ann.get('me')).status).toBe(200)
  })

  it.each([
    ['an unknown member', { rid: 'GENERAL', x: 1 }],
    ['a wrong type', { rid: 7 }],
    ['nothing', {}],
  ])('refuses a body with %s as invalid-params', async (_name, body) => {
    expect(await ann.post('subscriptions.read', body)).toMatchObject({
      status: 400,
      body: { success: false, errorType: 'invalid-params' },
    })
  })

  it.each([
    'rooms.get?_=1',
    'channels.history',
    'channels.history?roomId=a&count=x',
    'subscriptions.getOne',
    'me?fields=1',
    'channels.history?roomId=a&inclusive=yes',
    'rooms.info',
  ])('refuses the query of %s as error-invalid-params', async (path) => {
    expect(await ann.get(path)).toMatchObject({
      status: 400,
      body: { success: false, errorType: 'error-invalid-params' },
    })
  })
})

describe('settings and info', () => {
  it('are public', async () => {
    expect((await test.anonymous.get('info')).body).toMatchObject({ version: '8.8', success: true })
    const unversioned = await fetch(`${test.server.url}/api/info`)
    expect(await unversioned.json()).toMatchObject({ success: true })
    const { body } = await test.anonymous.get(
      'settings.public?_id=Message_MaxAllowedSize,nothing,Site_Url',
    )
    expect(body.settings).toEqual([
      { _id: 'Message_MaxAllowedSize', value: 5000, enterprise: false },
      { _id: 'Site_Url', value: test.server.url, enterprise: false },
    ])
    expect((await test.anonymous.get('settings.public?count=0')).body.count).toBeGreaterThan(50)
    expect((await test.anonymous.get('settings.public?_id=Unread_Count')).body.total).toBe(0)
  })
})
