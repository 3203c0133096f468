// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCli } from '../../../../../server/embedded/cli/run'
import { startEmbedded, type EmbeddedServer } from '../../../../../server/embedded/server'
import { newDataDir, removeDir, restClient } from '../support'

let folder: string
let dataDir: string
let server: EmbeddedServer | undefined
beforeEach(() => {
  folder = newDataDir()
  dataDir = join(folder, 'data')
})
afterEach(async () => {
  await server?.close()
  server = undefined
  removeDir(folder)
})

const run = async (args: string[], input = '', env: Record<string, string> = {}) => {
  const lines: string[] = []
  const errors: string[] = []
  const code = await runCli(args, { DATA_DIR: dataDir, ...env }, folder, {
    print: (line) => void lines.push(line),
    printError: (line) => void errors.push(line),
    readInput: () => Promise.resolve(input),
  })
  return { code, output: lines.join('\n'), errors: errors.join('\n') }
}

const start = async (): Promise<string> => {
  server = await startEmbedded({ port: 0, dataDir })
  return server.url
}

const signInStatus = async (user: string, password: string): Promise<number> => {
  const url = server?.url ?? (await start())
  return (await restClient(url).post('login', { user, password })).status
}

const oneSentence = /^[^\n]+\.$/

describe('the command line', () => {
  it('explains itself', async () => {
    const { code, output } = await run(['--help'])
    expect(code).toBe(0)
    for (const args of [['-h'], ['create-user', '-h'], ['create-user', 'ann', '--help']]) {
      expect(await run(args)).toEqual({ code: 0, output, errors: '' })
    }
    for (const name of ['create-user', 'set-password', 'backup', 'restore', 'generate', 'vacuum']) {
      expect(output).toContain(`  ${name}`)
    }
  })

  it.each([
    [['dance']],
    [['create-user']],
    [['create-user', 'a', 'b']],
    [['create-user', 'ann', '--colour', 'red']],
    [['create-user', 'ann', '--password', 'short']],
    [['create-user', 'ann', '--roles', 'emperor']],
    [['create-user', 'bad name']],
    [['create-user', 'ann', '--email', 'nowhere']],
    [['create-user', 'all']],
    [['set-password', 'ann']],
    [['backup', 'somewhere']],
    [['restore', 'nowhere']],
    [['generate', '--users', 'many']],
    [['generate', '--users', '1']],
    [['generate', '--messages', '-5']],
    [['generate', '--rooms']],
    [['vacuum']],
    [['vacuum', 'extra']],
  ])('refuses %j with one sentence and code 2', async (args) => {
    const { code, errors } = await run(args)
    expect([code, errors]).toEqual([2, expect.stringMatching(oneSentence)])
  })

  it.each([
    ['PORT', '99999'],
    ['PORT', 'x'],
    ['ADMIN_EMAIL', 'nowhere'],
    ['ADMIN_USERNAME', 'two words'],
    ['HTTP_FORWARDED_COUNT', '-1'],
    ['LOG_LEVEL', 'loud'],
  ])('does not start with %s=%s', async (name, value) => {
    const { code, errors } = await run([], '', { [name]: value })
    expect([code, errors]).toEqual([2, expect.stringMatching(oneSentence)])
    expect(errors).toContain(name)
  })
})

describe('accounts', () => {
  it('are created with a password from standard input, and sign in', async () => {
    const { code, output } = await run(['create-user', 'ann', '--password', '-'], 'long enough\n')
    expect([code, output]).toEqual([0, expect.stringMatching(/^Created ann/)])
    expect(await signInStatus('ann', 'long enough')).toBe(200)
  })

  it('get a generated password that is shown', async () => {
    const { output } = await run(['create-user', 'ann', '--roles', 'admin,user'])
    const password = /Password: (\S+) /.exec(output)?.[1] ?? ''
    expect(await signInStatus('ann', password)).toBe(200)
  })

  it('are refused twice', async () => {
    await run(['create-user', 'ann'])
    const { code, errors } = await run(['create-user', 'ANN'])
    expect([code, errors]).toEqual([2, 'ANN is already in use.'])
  })

  it('get another password and lose their sessions', async () => {
    await run(['create-user', 'ann', '--password', 'first-password'])
    const { body } = await restClient(await start()).post('login', {
      user: 'ann',
      password: 'first-password',
    })
    await server?.close()
    server = undefined
    expect((await run(['set-password', 'ann', '--password', 'second-one'])).code).toBe(0)
    expect(await signInStatus('ann', 'second-one')).toBe(200)
    expect(await signInStatus('ann', 'first-password')).toBe(401)
    const old = restClient(server!.url, body.data.userId as string, body.data.authToken as string)
    expect((await old.get('me')).status).toBe(401)
  })
})

describe('while a server has the folder open', () => {
  it.each([
    [['create-user', 'ann']],
    [['set-password', 'rocket.cat']],
    [['generate']],
    [['vacuum']],
  ])('%j is refused', async (args) => {
    await start()
    const { code, errors } = await run(args)
    expect([code, errors]).toEqual([2, expect.stringContaining('A server has the data folder')])
    expect(errors).toMatch(oneSentence)
  })

  it('another server is refused with EBUSY', async () => {
    await start()
    await expect(startEmbedded({ port: 0, dataDir })).rejects.toMatchObject({ code: 'EBUSY' })
  })
})

describe('backup and restore', () => {
  const backup = () => join(folder, 'backup')
  const prepare = async (): Promise<void> => {
    await run(['create-user', 'ann', '--password', 'first-password'])
    mkdirSync(join(dataDir, 'files/incoming'), { recursive: true })
    writeFileSync(join(dataDir, 'files/abc'), 'a file')
    writeFileSync(join(dataDir, 'files/incoming/half'), 'half a fi')
  }

  it('bring data and files back, taken while the server runs', async () => {
    await prepare()
    await start()
    // The start removes files that no message knows; this one came afterwards.
    writeFileSync(join(dataDir, 'files/abc'), 'a file')
    expect((await run(['backup', backup()])).code).toBe(0)
    expect(existsSync(join(backup(), 'files/incoming'))).toBe(false)
    expect(statSync(join(backup(), 'rocketchat.db')).mode & 0o077).toBe(0)
    const busy = await run(['restore', backup(), '--force'])
    expect([busy.code, busy.errors]).toEqual([2, expect.stringContaining('A server has')])
    await server?.close()
    server = undefined
    await run(['set-password', 'ann', '--password', 'second-one'])
    const refused = await run(['restore', backup()])
    expect([refused.code, refused.errors]).toEqual([2, expect.stringContaining('--force')])
    expect((await run(['restore', backup(), '--force'])).code).toBe(0)
    expect(readFileSync(join(dataDir, 'files/abc'), 'utf8')).toBe('a file')
    expect(statSync(join(dataDir, 'rocketchat.db')).mode & 0o077).toBe(0)
    expect(await signInStatus('ann', 'first-password')).toBe(200)
  })

  it('restore to a new folder without --force', async () => {
    await prepare()
    await run(['backup', backup()])
    dataDir = join(folder, 'other')
    expect((await run(['restore', backup()])).code).toBe(0)
    expect(await signInStatus('ann', 'first-password')).toBe(200)
  })

  it('do not overwrite a backup', async () => {
    await prepare()
    await run(['backup', backup()])
    const { code, errors } = await run(['backup', backup()])
    expect([code, errors]).toEqual([2, expect.stringContaining('not empty')])
  })

  it('refuse what is damaged, and leave what is there', async () => {
    await prepare()
    await run(['backup', backup()])
    const file = join(backup(), 'rocketchat.db')
    const bytes = readFileSync(file)
    bytes.fill(7, 4096 * 3, 4096 * 20)
    writeFileSync(file, bytes)
    const damaged = await run(['restore', backup(), '--force'])
    expect([damaged.code, damaged.errors]).toEqual([2, expect.stringContaining('damaged')])
    writeFileSync(file, 'no data file at all, but long enough to be looked at')
    expect((await run(['restore', backup(), '--force'])).code).toBe(2)
    expect(await signInStatus('ann', 'first-password')).toBe(200)
  })
})

describe('the settings file', () => {
  const file = (): string => join(folder, 'settings.json')

  it.each([
    ['{"Site_Nam": "Ours"}', 'Site_Nam'],
    ['{"Site_Name": 5}', 'must be a text'],
    ['["Site_Name"]', 'one JSON object'],
    ['{', 'is not JSON'],
  ])('refuses %s in one sentence and starts nothing', async (text, reason) => {
    writeFileSync(file(), text)
    for (const [args, env] of [
      [['--settings', file()], {}],
      [[], { SETTINGS_FILE: 'settings.json' }],
    ] as const) {
      const { code, errors } = await run([...args], '', { PORT: '0', ...env })
      expect([code, errors]).toEqual([1, expect.stringContaining(reason)])
      expect(errors).toMatch(oneSentence)
    }
    expect(existsSync(dataDir)).toBe(false)
  })

  it('has to be named and to be there', async () => {
    expect((await run(['--settings'])).code).toBe(2)
    expect((await run(['--settings', 'a', 'b'])).code).toBe(2)
    const { code, errors } = await run(['--settings', 'nowhere.json'], '', { PORT: '0' })
    expect([code, errors]).toEqual([1, expect.stringContaining('cannot be read')])
  })
})

describe('vacuum', () => {
  it('says what the data took before and takes now', async () => {
    await run(['create-user', 'ann'])
    const { code, output } = await run(['vacuum'])
    expect([code, output]).toEqual([0, expect.stringMatching(/MB before, .* MB now\.$/)])
  })
})
