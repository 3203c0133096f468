import { createHmac } from 'node:crypto'
import { startHarness, type Harness } from './harness'
import { addUserAdministration } from './usersChat'

const hookSecret = 'the secret of the webhook, 32 bytes'

let harness: Harness
beforeEach(async () => {
  harness = await startHarness({ hookSecret })
  addUserAdministration(harness.chat)
})
afterEach(() => harness.close())

const sign = (timestamp: string, body: string, secret = hookSecret) =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
const now = () => String(Math.floor(harness.clock.now() / 1000))
const post = (body: string, headers: Record<string, string>) =>
  harness.send('/hooks/user', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
const deliver = (message: unknown, timestamp = now()) => {
  const body = JSON.stringify(message)
  return post(body, { 'x-im-timestamp': timestamp, 'x-im-signature': sign(timestamp, body) })
}
const created = {
  event: 'user.created',
  user: { userId: '50', userName: 'dora', name: 'Dora', emailAddress: 'dora@example.com' },
}
const names = () => harness.chat.users.map(({ name }) => name)

describe('the signed webhook', () => {
  it('creates, changes and deletes', async () => {
    expect((await deliver(created)).body).toMatchObject({ success: true, __abp: true })
    expect(names()).toContain('Dora')
    await deliver({ event: 'user.updated', user: { userId: '50', name: 'Dora B.' } })
    expect(names()).toContain('Dora B.')
    await deliver({ event: 'user.deleted', user: { userId: '50' } })
    expect(harness.chat.users).toHaveLength(1)
  })

  it('takes every delivery once', async () => {
    const timestamp = now()
    expect((await deliver(created, timestamp)).status).toBe(200)
    const again = await deliver(created, timestamp)
    expect([again.status, again.body.error.message]).toEqual([
      403,
      'This message was delivered before.',
    ])
    await harness.restart()
    expect((await deliver(created, timestamp)).status).toBe(403)
  })

  it('takes a delivery again that could not be carried out', async () => {
    const timestamp = now()
    harness.chat.override.set('users.create', (response) => void response.writeHead(500).end('{}'))
    expect((await deliver(created, timestamp)).status).toBe(503)
    harness.chat.override.delete('users.create')
    expect((await deliver(created, timestamp)).status).toBe(200)
  })

  it.each([-301, 301])('refuses a message that is %i s away', async (seconds) => {
    const answer = await deliver(created, String(Number(now()) + seconds))
    expect([answer.status, answer.body.error.message]).toEqual([
      401,
      'The message is too old, or a clock is wrong.',
    ])
  })

  it('refuses a signature that belongs to other bytes, another time or another secret', async () => {
    const body = JSON.stringify(created)
    const timestamp = now()
    const right = sign(timestamp, body)
    const statuses = await Promise.all([
      post(`${body} `, { 'x-im-timestamp': timestamp, 'x-im-signature': right }),
      post(body, { 'x-im-timestamp': String(Number(timestamp) + 1), 'x-im-signature': right }),
      post(body, { 'x-im-timestamp': timestamp, 'x-im-signature': sign(timestamp, body, 'x') }),
      post(body, { 'x-im-timestamp': timestamp, 'x-im-signature': right.slice(7) }),
      post(body, { 'x-im-timestamp': timestamp }),
      post(body, { 'x-im-signature': right }),
      post(body, { 'x-im-timestamp': 'now', 'x-im-signature': sign('now', body) }),
    ])
    expect(statuses.map(({ status }) => status)).toEqual(Array(7).fill(401))
    expect(harness.chat.users).toHaveLength(1)
  })

  it.each([
    '{',
    '',
    'null',
    '{}',
    '{"event":"user.renamed","user":{"userId":"1"}}',
    '{"event":"user.deleted","user":{}}',
    '{"event":"user.created","user":{"userId":"1"}}',
    '{"event":"user.updated","user":{"userId":1}}',
  ])('refuses the signed body %p', async (body) => {
    const answer = await post(body, {
      'x-im-timestamp': now(),
      'x-im-signature': sign(now(), body),
    })
    expect([answer.status, answer.body.__abp]).toEqual([400, true])
  })

  it('is off without a secret', async () => {
    await harness.restart({ hookSecret: undefined })
    const answer = await deliver(created)
    expect([answer.status, answer.body.error.message]).toEqual([
      403,
      'This is switched off: set IM_HOOK_SECRET.',
    ])
  })
})
