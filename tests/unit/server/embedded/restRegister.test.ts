// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call */
import { overwriting, startTestServer, type TestServer } from './support'

const account = { username: 'ida', name: 'Ida', email: 'ida@example.com', pass: 'pass-ida' }

const withServer = async (
  settings: Record<string, string>,
  work: (test: TestServer) => Promise<void>,
): Promise<void> => {
  const test = await startTestServer({ environment: overwriting(settings) })
  try {
    await work(test)
  } finally {
    await test.close()
  }
}

describe('registering', () => {
  it('is refused while it is disabled', () =>
    withServer({}, async ({ anonymous }) => {
      const { status, body } = await anonymous.post('users.register', account)
      expect([status, body.errorType]).toEqual([400, 'error-user-registration-disabled'])
    }))

  it('makes an account that can sign in, and no session', () =>
    withServer({ Accounts_RegistrationForm: 'Public' }, async ({ anonymous, admin }) => {
      const { body } = await anonymous.post('users.register', account)
      expect(body.user).toMatchObject({ username: 'ida', name: 'Ida', active: true, type: 'user' })
      expect(JSON.stringify(body)).not.toContain('oken')
      const login = await anonymous.post('login', { user: 'ida', password: 'pass-ida' })
      expect(login.body.data.me.roles).toEqual(['user'])
      const again = await admin.post('users.register', { ...account, username: 'ida2' })
      expect(again.body.error).toBe('Logged in users can not register again.')
    }))

  it.each([
    [{ username: 'ROOT' }, 'Username is already in use'],
    [{ username: 'all' }, 'Username is already in use'],
    [{ username: 'a b' }, 'The username provided is not valid'],
    [{ email: 'root@example.com' }, 'Email already exists'],
    [{ email: 'nonsense' }, 'Invalid email nonsense [error-invalid-email]'],
    [{ name: '<b>' }, 'Name contains invalid characters'],
    [{ pass: undefined }, "must have required property 'pass' [invalid-params]"],
    [{ extra: 1 }, 'must NOT have additional properties [invalid-params]'],
  ])('is refused for %j', (fields, error) =>
    withServer({ Accounts_RegistrationForm: 'Public' }, async ({ anonymous }) => {
      const answer = await anonymous.post('users.register', { ...account, ...fields })
      expect([answer.status, answer.body.error]).toEqual([400, error])
    }),
  )

  it('by a secret link needs the secret', () =>
    withServer(
      { Accounts_RegistrationForm: 'Secret URL', Accounts_RegistrationForm_SecretURL: 's3cret' },
      async ({ anonymous }) => {
        const ask = (secret?: string) => anonymous.post('users.register', { ...account, secret })
        expect((await ask()).body.errorType).toBe('error-user-registration-secret')
        expect((await ask('wrong')).body.errorType).toBe('error-user-registration-secret')
        expect((await ask('s3cret')).status).toBe(200)
      },
    ))

  it('with approval makes an account that cannot sign in before it is switched on', () =>
    withServer(
      { Accounts_RegistrationForm: 'Public', Accounts_ManuallyApproveNewUsers: 'true' },
      async ({ anonymous, admin }) => {
        const { user } = (await anonymous.post('users.register', account)).body
        const signIn = () => anonymous.post('login', { user: 'ida', password: 'pass-ida' })
        expect((await signIn()).body.error).toBe('error-user-is-not-activated')
        await admin.post('users.setActiveStatus', { userId: user._id, activeStatus: true })
        expect((await signIn()).status).toBe(200)
      },
    ))

  it('takes a password that the policy of the workspace allows, and says which rules it breaks', () =>
    withServer(
      { Accounts_RegistrationForm: 'Public', Accounts_Password_Policy_Enabled: 'true' },
      async ({ anonymous }) => {
        const { status, body } = await anonymous.post('users.register', {
          ...account,
          pass: 'aaaa',
        })
        expect([status, body.errorType]).toEqual([400, 'error-password-policy-not-met'])
        expect(
          body.details.map((one: { error: string }) =>
            one.error.replace('error-password-policy-not-met-', ''),
          ),
        ).toEqual([
          'minLength',
          'forbidRepeatingCharacters',
          'mustContainAtLeastOneUppercase',
          'mustContainAtLeastOneNumber',
          'mustContainAtLeastOneSpecialCharacter',
        ])
        const good = { ...account, pass: 'Long-enough-4-all' }
        expect((await anonymous.post('users.register', good)).status).toBe(200)
      },
    ))
})

describe('sessions', () => {
  it('end by name of their user, where the caller may', () =>
    withServer({}, async (test) => {
      const ann = await test.person('ann')
      const bob = await test.person('bob')
      expect(await ann.post('users.logout', { userId: bob.userId })).toMatchObject({
        status: 403,
        body: { error: 'unauthorized' },
      })
      expect((await test.admin.post('users.logout', { userId: bob.userId })).body.message).toBe(
        `User ${bob.userId} has been logged out!`,
      )
      expect((await bob.get('me')).status).toBe(401)
      expect((await ann.post('users.logout')).status).toBe(200)
      expect((await ann.get('me')).status).toBe(401)
    }))

  it.each(['users.logoutOtherClients', 'users.removeOtherTokens'])('%s keeps this one', (path) =>
    withServer({}, async (test) => {
      const ann = await test.person('ann')
      const other = await test.anonymous.post('login', { user: 'ann', password: 'secret-ann' })
      const { body } = await ann.post(path)
      expect((await ann.get('me')).status).toBe(200)
      const resumed = await test.anonymous.post('login', { resume: other.body.data.authToken })
      expect(resumed.status).toBe(401)
      if (path === 'users.logoutOtherClients') expect(body.token).toBe(ann.token)
    }),
  )

  it('of others are made without the secret only where the environment says so', async () => {
    const environment = { CREATE_TOKENS_FOR_USERS: 'true' }
    const old = await startTestServer({ environment })
    try {
      const ann = await old.person('ann')
      const made = await old.admin.post('users.createToken', { username: 'ann' })
      expect(made.body.data.userId).toBe(ann.userId)
      const refused = await ann.post('users.createToken', { username: 'root' })
      expect(refused.body.errorType).toBe('error-not-authorized')
    } finally {
      await old.close()
    }
    await withServer({}, async ({ admin }) => {
      const refused = await admin.post('users.createToken', { userId: admin.userId })
      expect([refused.status, refused.body.errorType]).toEqual([400, 'error-not-authorized'])
    })
  })
})
