// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settingOverrides } from '../../../../server/embedded/settingOverrides'
import {
  newDataDir,
  openDdp,
  removeDir,
  startTestServer,
  type RestClient,
  type TestServer,
} from './support'

const withFile = <Result>(content: string, work: (file: string) => Result): Result => {
  const dir = newDataDir()
  const file = join(dir, 'settings.json')
  writeFileSync(file, content)
  try {
    return work(file)
  } finally {
    removeDir(dir)
  }
}

describe('settings from outside', () => {
  it('come from a file, and above it from the environment', () =>
    withFile('{"Site_Name":"File","Threads_enabled":false}', (settingsFile) => {
      const environment = { OVERWRITE_SETTING_Site_Name: 'Env', OVERWRITE_SETTING_Unknown: 'x' }
      const found = settingOverrides({ settingsFile, environment })
      expect(Object.fromEntries(found)).toEqual({ Site_Name: 'Env', Threads_enabled: false })
    }))

  it.each([
    ['{"Threads_enabled":"yes"}', 'Threads_enabled'],
    ['{"Message_MaxAllowedSize":"5"}', 'Message_MaxAllowedSize'],
    ['{"Thread_enabled":true}', 'Thread_enabled'],
    ['{"Site_Name":null}', 'Site_Name'],
    ['[]', 'must be one JSON object'],
    ['{', 'is not JSON'],
  ])('stop the start with the name of what is wrong: %s', (content, named) =>
    withFile(content, (settingsFile) => {
      expect(() => settingOverrides({ settingsFile })).toThrow(named)
    }),
  )

  it.each([
    ['Message_GroupingPeriod', 'long'],
    ['Message_AllowPinning', 'maybe'],
    ['Message_MaxAllowedSize', ' '],
  ])('of the environment stop the start too: %s=%s', (id, value) => {
    const environment = { [`OVERWRITE_SETTING_${id}`]: value }
    expect(() => settingOverrides({ environment })).toThrow(id)
  })

  it('name a file that is not there', async () => {
    const settingsFile = join('nowhere', 'settings.json')
    await expect(startTestServer({ settingsFile })).rejects.toThrow('cannot be read')
  })
})

describe('settings over REST', () => {
  let test: TestServer
  let ann: RestClient

  beforeAll(async () => {
    test = await startTestServer({ environment: { OVERWRITE_SETTING_Site_Name: 'Fixed' } })
    ann = await test.person('ann')
  })
  afterAll(() => test.close())

  it('are changed by administrators, for everybody at once', async () => {
    const listener = await openDdp(test.server.url)
    await listener.subscribe('stream-notify-all', 'public-settings-changed', false)
    const { body } = await test.admin.post('settings/Threads_enabled', { value: false })
    expect(body).toEqual({ success: true })
    const event = await listener.event('stream-notify-all', 'public-settings-changed')
    expect(event.fields.args).toEqual(['updated', { _id: 'Threads_enabled', value: false }])
    listener.close()
    const read = await test.anonymous.get('settings.public?_id=Threads_enabled,Nothing')
    expect(read.body).toMatchObject({
      settings: [{ _id: 'Threads_enabled', value: false, enterprise: false }],
      count: 1,
      total: 1,
    })
    expect((await test.admin.get('settings/Threads_enabled')).body).toEqual({
      _id: 'Threads_enabled',
      value: false,
      success: true,
    })
    await test.admin.post('settings/Threads_enabled', { value: true })
  })

  it.each([
    ['Threads_enabled', { value: 'no' }, 400, 'invalid-params'],
    ['Threads_enabled', {}, 400, 'invalid-params'],
    ['Threads_enabled', { value: {} }, 400, 'invalid-params'],
    ['Site_Name', { value: 'Other' }, 400, 'error-action-not-allowed'],
    ['Nothing', { value: true }, 404, undefined],
    ['__proto__', { value: true }, 404, undefined],
  ])('are not changed by %s %j', async (id, body, status, errorType) => {
    const answer = await test.admin.post(`settings/${id}`, body)
    expect([answer.status, answer.body.errorType]).toEqual([status, errorType])
  })

  it('are closed to others, who see the public ones', async () => {
    expect((await ann.post('settings/Threads_enabled', { value: false })).status).toBe(403)
    expect((await ann.get('settings/Threads_enabled')).status).toBe(403)
    const own = (await ann.get('settings?count=0')).body
    const all = (await test.admin.get('settings?count=0')).body
    expect(all.total).toBeGreaterThan(own.total)
    expect((await test.anonymous.get('settings')).status).toBe(401)
    expect((await test.admin.get('settings/Nothing')).status).toBe(404)
  })

  it('are listed in pages, sorted', async () => {
    const { body } = await test.admin.get('settings?count=2&offset=1&sort={"_id":-1}')
    expect(body).toMatchObject({ count: 2, offset: 1 })
    const [first, second] = body.settings
    expect(first._id > second._id).toBe(true)
    expect((await test.admin.get('settings?sort=x')).body.errorType).toBe('error-invalid-sort')
  })

  it.each([
    ['settings.oauth', 'services'],
    ['service.configurations', 'configurations'],
  ])('%s is empty and open to all', async (path, key) => {
    expect((await test.anonymous.get(path)).body).toEqual({ [key]: [], success: true })
  })

  it('the info has a patch level and the build for administrators only', async () => {
    const open = (await test.anonymous.get('info')).body
    expect(open).not.toHaveProperty('info')
    const full = (await test.admin.get('info')).body
    expect(full.version.startsWith(`${open.version}.`)).toBe(true)
    expect(full.info.build.nodeVersion).toBe(process.version)
    expect((await ann.get('banners?platform=mobile')).body.banners).toEqual([])
  })
})

describe('help for accounts', () => {
  let test: TestServer
  let ann: RestClient

  beforeAll(async () => {
    test = await startTestServer({
      environment: { OVERWRITE_SETTING_Accounts_Password_Policy_MinLength: '5' },
    })
    ann = await test.person('ann')
    await test.admin.post('settings/Accounts_Password_Policy_Enabled', { value: true })
  })
  afterAll(() => test.close())

  it('names the rules for passwords', async () => {
    const { body } = await test.anonymous.get('pw.getPolicy')
    expect(body).toEqual({
      success: true,
      enabled: true,
      policy: [
        ['get-password-policy-minLength', { minLength: 5 }],
        ['get-password-policy-forbidRepeatingCharacters'],
        [
          'get-password-policy-forbidRepeatingCharactersCount',
          { forbidRepeatingCharactersCount: 3 },
        ],
        ['get-password-policy-mustContainAtLeastOneLowercase'],
        ['get-password-policy-mustContainAtLeastOneUppercase'],
        ['get-password-policy-mustContainAtLeastOneNumber'],
        ['get-password-policy-mustContainAtLeastOneSpecialCharacter'],
      ],
    })
  })

  it.each([
    ['ann', true],
    ['ROOT', false],
    ['admin', false],
    ['fresh', true],
  ])('the name %s is free: %s', async (username, result) => {
    const { body } = await ann.get(`users.checkUsernameAvailability?username=${username}`)
    expect(body.result).toBe(result)
  })

  it.each([
    ['POST', 'users.forgotPassword', { email: 'ann@example.com' }, 400],
    ['POST', 'users.sendConfirmationEmail', { email: 'ann@example.com' }, 400],
    ['POST', 'users.sendConfirmationEmail', {}, 400],
    ['POST', 'users.verifyEmail', { token: 'x' }, 400],
    ['GET', 'users.requestDataDownload', {}, 400],
    ['GET', 'users.getUsernameSuggestion', {}, 200],
    ['POST', 'moderation.reportUser', { userId: 'rocket.cat', description: 'rude' }, 200],
    ['POST', 'moderation.reportUser', { userId: 'rocket.cat', description: '  ' }, 400],
    ['POST', 'moderation.reportUser', { userId: 'nobody', description: 'x' }, 400],
  ])('%s %s %j answers %i', async (method, path, body, status) => {
    const answer = method === 'GET' ? await ann.get(path) : await ann.post(path, body)
    expect(answer.status).toBe(status)
  })

  it('suggests a name that is free', async () => {
    const { body } = await ann.get('users.getUsernameSuggestion')
    expect(body.result).toBe('ANN')
  })
})
