import type { ReconcileReport } from '../../../../server/gateway/users/reconcile'
import { authenticate, headersOf, startHarness, type Answer, type Harness } from './harness'
import { addUserAdministration } from './usersChat'

const base = '/api/services/app/Im'
const serviceSecret = 'the-secret-of-the-business-system'

let harness: Harness
beforeEach(async () => {
  harness = await startHarness({ serviceSecret })
  addUserAdministration(harness.chat)
})
afterEach(() => harness.close())

const call = (
  method: string,
  operation: string,
  body?: object,
  bearer: string | undefined = serviceSecret,
) => {
  const headers: Record<string, string> = {}
  if (bearer !== '') headers.authorization = `Bearer ${bearer}`
  if (!body) return harness.send(`${base}/${operation}`, { method, headers })
  headers['content-type'] = 'application/json'
  return harness.send(`${base}/${operation}`, { method, headers, body: JSON.stringify(body) })
}
const create = (body: object) => call('POST', 'CreateUser', body)
const update = (body: object) => call('PUT', 'UpdateUser', body)
const remove = (userId: string) => call('DELETE', `DeleteUser?userId=${userId}`)
const reconcile = async (body: object) => {
  const answer = await call('POST', 'Reconcile', body)
  return { status: answer.status, report: answer.body.result as unknown as ReconcileReport }
}
const chatUser = (username: string) => harness.chat.users.find((user) => user.username === username)
const dora = { userId: '50', userName: 'dora', name: 'Dora', emailAddress: 'dora@example.com' }
const seen = (route: string) => harness.chat.seenOf(route).length
const sentence = ({ body }: Answer) => body.error.message

describe('Im/CreateUser', () => {
  it('makes the chat account before the first sign-in', async () => {
    const { status, body } = await create(dora)
    expect([status, body.success, body.__abp]).toEqual([200, true, true])
    expect(body.result).toEqual({
      userId: '50',
      chatUserId: chatUser('dora')!._id,
      username: 'dora',
      isActive: true,
    })
    expect(chatUser('dora')).toMatchObject({ name: 'Dora', roles: ['user'] })
  })

  it('is the account that the person then signs in to', async () => {
    const { body } = await create({ userId: '1', userName: 'alice', emailAddress: 'a@b.example' })
    const alice = await harness.open('alice')
    expect(alice.userId).toBe((body.result as unknown as { chatUserId: string }).chatUserId)
  })

  it('does no harm twice, also at once, and corrects what is different', async () => {
    await Promise.all([create(dora), create(dora), create({ ...dora, name: 'Dora B.' })])
    expect(harness.chat.users.filter(({ username }) => username.startsWith('dora'))).toHaveLength(1)
    expect(chatUser('dora')!.name).toBe('Dora B.')
    expect(seen('users.update')).toBe(1)
  })

  it('never links an administrator', async () => {
    const emails = [{ address: 'root@example.com', verified: true }]
    const root = harness.chat.addUser({ username: 'root', emails, roles: ['admin'] })
    const { body } = await create({ ...dora, userName: 'root', emailAddress: 'r@example.com' })
    expect(body.result).toMatchObject({ username: 'root.50' })
    expect(body.result).not.toMatchObject({ chatUserId: root._id })
  })

  it.each([
    {},
    { ...dora, userId: '' },
    { ...dora, userName: undefined },
    { ...dora, emailAddress: 'none' },
    { ...dora, userId: 'x'.repeat(251) },
    { ...dora, isActive: 'perhaps' },
  ])('refuses the body %j', async (body) => {
    const answer = await create(body)
    expect([answer.status, answer.body.error.validationErrors === null]).toEqual([400, false])
    expect(harness.chat.users).toHaveLength(1)
  })
})

describe('Im/UpdateUser', () => {
  it('renames and changes the address, which counts as verified', async () => {
    await create(dora)
    await update({ userId: '50', name: 'Dora 多拉', emailAddress: 'new@example.com' })
    expect(chatUser('dora')).toMatchObject({
      name: 'Dora 多拉',
      emails: [{ address: 'new@example.com', verified: true }],
    })
  })

  it('changes only what is named of somebody who has only signed in so far', async () => {
    await harness.open('alice')
    expect((await update({ userId: '1', name: 'Alice B.' })).status).toBe(200)
    expect(chatUser('alice')).toMatchObject({
      name: 'Alice B.',
      emails: [{ address: 'alice@example.com' }],
    })
  })

  it('switches off: every token of the person ends, and on again', async () => {
    const phone = await harness.open('alice')
    const tablet = await harness.open('alice')
    expect((await update({ userId: '1', isActive: false })).body.result).toMatchObject({
      isActive: false,
    })
    for (const session of [phone, tablet]) {
      const me = await harness.send('/api/v1/me', { headers: headersOf(session) })
      expect(me.status).toBe(401)
      expect(harness.chat.tokens.has(session.authToken)).toBe(false)
    }
    const refused = await authenticate(harness, phone.bearer)
    expect([refused.status, sentence(refused)]).toEqual([401, 'This account is switched off.'])
    await update({ userId: '1', isActive: true })
    expect((await authenticate(harness, phone.bearer)).status).toBe(200)
  })

  it('answers 404 for nobody and for the deleted', async () => {
    expect((await update({ userId: '404', name: 'X' })).status).toBe(404)
    await create(dora)
    await remove('50')
    expect((await update({ userId: '50', name: 'X' })).status).toBe(404)
  })

  it.each([{}, { userId: '1', name: '' }, { userId: '1', emailAddress: 'a b@c' }])(
    'refuses the body %j',
    async (body) => {
      expect((await update(body)).status).toBe(400)
    },
  )
})

describe('Im/DeleteUser', () => {
  it('deletes the account; a business token that is still valid does not bring it back', async () => {
    const session = await harness.open('alice')
    expect((await remove('1')).body).toMatchObject({ success: true, result: null })
    expect(chatUser('alice')).toBeUndefined()
    expect((await authenticate(harness, session.bearer)).status).toBe(401)
    expect((await remove('1')).status).toBe(200)
    expect(seen('users.delete')).toBe(1)
  })

  it('survives a restart', async () => {
    const session = await harness.open('alice')
    await remove('1')
    await harness.restart()
    expect((await authenticate(harness, session.bearer)).status).toBe(401)
  })

  it('does not delete somebody who has become an administrator', async () => {
    await harness.open('alice')
    chatUser('alice')!.roles.push('admin')
    expect((await remove('1')).status).toBe(403)
    expect(chatUser('alice')).toBeDefined()
  })

  it('refuses a call without an id', async () => {
    expect((await call('DELETE', 'DeleteUser')).status).toBe(400)
  })
})

describe('Im/Reconcile', () => {
  it('reports what it did and finds nothing to do the second time', async () => {
    await create({ ...dora, userId: '51', userName: 'emil', emailAddress: 'e@example.com' })
    await create({ ...dora, userId: '52', userName: 'fay', emailAddress: 'f@example.com' })
    const users = [
      dora,
      { userId: '51', userName: 'emil', name: 'Emil', emailAddress: 'e@example.com' },
    ]
    const first = await reconcile({ users, deactivateOthers: true })
    expect(first).toEqual({
      status: 200,
      report: {
        ...{ checked: 3, unchanged: 0, created: 1, updated: 1, deactivated: 1 },
        ...{ reactivated: 0, deleted: 0, failed: [] },
      },
    })
    expect(chatUser('fay')).toMatchObject({ active: false })
    const second = await reconcile({ users, deactivateOthers: true })
    expect(second.report).toMatchObject({ checked: 3, unchanged: 3 })
  })

  it('repairs accounts that were changed or deleted on the chat server', async () => {
    await create(dora)
    await create({ ...dora, userId: '51', userName: 'emil', emailAddress: 'e@example.com' })
    chatUser('dora')!.name = 'Mallory'
    harness.chat.users.splice(harness.chat.users.indexOf(chatUser('emil')!), 1)
    expect((await reconcile({})).report).toMatchObject({ checked: 2, updated: 1, created: 1 })
    expect(chatUser('dora')!.name).toBe('Dora')
  })

  it('names whom it could not bring to their state and goes on with the others', async () => {
    harness.chat.override.set('users.create', (response) => {
      const { text } = harness.chat.seenOf('users.create').at(-1)!
      const { username } = JSON.parse(text) as { username: string }
      if (username.startsWith('bad')) {
        response.writeHead(400).end('{"success":false,"error":"x"}')
        return
      }
      const { _id } = harness.chat.addUser({ username })
      response.writeHead(200).end(JSON.stringify({ success: true, user: { _id, username } }))
    })
    const users = [
      { userId: '1', userName: 'bad' },
      { userId: '2', userName: 'good' },
    ]
    const { report } = await reconcile({ users })
    expect(report).toMatchObject({ checked: 2, created: 1 })
    expect(report.failed).toEqual([
      { userId: '1', message: 'No chat account could be made: its name or e-mail is taken.' },
    ])
  })

  it('does not switch everybody off by mistake', async () => {
    await create(dora)
    expect((await reconcile({ deactivateOthers: true })).status).toBe(400)
    expect((await reconcile({ users: [], deactivateOthers: true })).status).toBe(400)
    expect(chatUser('dora')).not.toMatchObject({ active: false })
  })

  it('does not bring somebody back who is deleted while it runs', async () => {
    await create({ userId: '1', userName: 'anna' })
    await create(dora)
    const held = new Promise<() => void>((resolve) => {
      harness.chat.override.set('users.info', (response) => {
        harness.chat.override.delete('users.info')
        const body = JSON.stringify({ success: true, user: chatUser('anna') })
        resolve(() => response.writeHead(200).end(body))
      })
    })
    const running = reconcile({})
    const goOn = await held
    expect((await remove(dora.userId)).status).toBe(200)
    goOn()
    expect((await running).report).toMatchObject({ created: 0, failed: [] })
    expect(chatUser('dora')).toBeUndefined()
    expect((await update({ userId: dora.userId, name: 'D' })).status).toBe(404)
  })

  it('runs once at a time', async () => {
    await create(dora)
    const statuses = (await Promise.all([reconcile({}), reconcile({})])).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, 429])
  })

  it('answers 503 while the chat server is down, to be repeated', async () => {
    await create(dora)
    await harness.chat.close()
    expect((await reconcile({})).status).toBe(503)
  })

  it('refuses a list of something else', async () => {
    expect((await reconcile({ users: [{ userId: '1' }] })).status).toBe(400)
  })
})

describe('all of them', () => {
  const operations: [string, string][] = [
    ['POST', 'CreateUser'],
    ['PUT', 'UpdateUser'],
    ['DELETE', 'DeleteUser?userId=1'],
    ['POST', 'Reconcile'],
  ]

  it.each(operations)('%s %s is refused to everybody but the service', async (method, path) => {
    const body = method === 'DELETE' ? undefined : dora
    const user = await harness.signIn('alice')
    expect((await call(method, path, body, '')).status).toBe(401)
    expect((await call(method, path, body, user)).status).toBe(403)
    expect((await call(method, path, body, `${serviceSecret}x`)).status).toBe(403)
    expect(seen('users.create') + seen('users.delete') + seen('users.update')).toBe(0)
  })

  it.each(operations)('%s %s is off without a secret', async (method, path) => {
    await harness.restart({ serviceSecret: undefined })
    const answer = await call(method, path, method === 'DELETE' ? undefined : dora)
    expect([answer.status, sentence(answer)]).toEqual([
      403,
      'This is switched off: set IM_SERVICE_SECRET.',
    ])
  })

  it('say what is wrong with the agent', async () => {
    await harness.restart({ agent: undefined })
    expect((await create(dora)).status).toBe(403)
  })

  it('say so when the agent may not do it', async () => {
    await create(dora)
    harness.chat.override.set('users.update', (response) => {
      response.writeHead(403).end('{"success":false,"error":"unauthorized"}')
    })
    const answer = await update({ userId: '50', name: 'X' })
    expect([answer.status, sentence(answer)]).toEqual([
      502,
      'The agent account may not change chat users.',
    ])
  })

  it('log neither the secret nor an address', async () => {
    await create(dora)
    expect(harness.logText()).not.toContain(serviceSecret)
    expect(harness.logText()).not.toContain('dora@example.com')
  })
})
