// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile, CompileError } from '../../scripts/lib/compile.mjs'
import { newDataDir, openDdp, removeDir, restClient } from '../unit/server/embedded/support'
import { startProgram, type Program } from './program'

let folder: string
const running: Program[] = []
beforeEach(() => {
  folder = newDataDir()
})
afterEach(async () => {
  for (const { child, exited } of running.splice(0)) {
    child.kill('SIGKILL')
    await exited
  }
  removeDir(folder)
})

const start = async (
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<Program> => {
  const program = await startProgram(folder, env, args)
  running.push(program)
  return program
}

const stop = async ({ child, exited }: Program): Promise<number | null> => {
  child.kill('SIGTERM')
  return exited
}

const signIn = async (url: string, user: string, password: string) =>
  restClient(url).post('login', { user, password })

describe('the embedded server alone', () => {
  it('makes an administrator whose password it shows once, and the channel general', async () => {
    const first = await start()
    const password = /^Administrator: admin, password (\S+) /m.exec(first.output())?.[1] ?? ''
    const { status, body } = await signIn(first.url, 'admin', password)
    expect(status).toBe(200)
    const admin = restClient(first.url, body.data.userId as string, body.data.authToken as string)
    const { room } = (await admin.get('rooms.info?roomId=GENERAL')).body
    expect(room).toMatchObject({ _id: 'GENERAL', name: 'general', t: 'c' })
    const socket = await openDdp(first.url, admin)
    expect(await stop(first)).toBe(0)
    await socket.closed
    const second = await start({ ADMIN_PASS: 'ignored-now', ADMIN_USERNAME: 'other' })
    expect(second.output()).not.toContain('Administrator')
    expect((await signIn(second.url, 'admin', password)).status).toBe(200)
    expect((await signIn(second.url, 'other', 'ignored-now')).status).toBe(401)
    expect(await stop(second)).toBe(0)
  }, 60_000)

  it('takes ADMIN_* and settings from the environment, limits calls, and prints one line', async () => {
    const program = await start({
      ADMIN_USERNAME: 'chief',
      ADMIN_PASS: 'a password',
      ADMIN_EMAIL: 'chief@example.com',
      OVERWRITE_SETTING_Site_Name: 'Our chat',
    })
    expect(program.output()).toMatch(/^Rocket\.Chat \(embedded\) listens on \S+, data in \S+\n$/)
    expect((await signIn(program.url, 'chief', 'a password')).status).toBe(200)
    const name = await restClient(program.url).get('settings.public?_id=Site_Name')
    expect(name.body.settings).toMatchObject([{ value: 'Our chat' }])
    expect(name.headers.get('x-ratelimit-limit')).toBe('10')
    expect(await stop(program)).toBe(0)
  }, 60_000)

  it('takes settings of a file, and above them those of the environment', async () => {
    const file = join(folder, 'settings.json')
    writeFileSync(file, '{"Site_Name": "Filed", "Message_MaxAllowedSize": 7}')
    const env = { OVERWRITE_SETTING_Message_MaxAllowedSize: '9' }
    const program = await start(env, ['--settings', file])
    const value = async (id: string): Promise<unknown> => {
      const { body } = await restClient(program.url).get(`settings.public?_id=${id}`)
      return body.settings[0].value
    }
    expect([await value('Site_Name'), await value('Message_MaxAllowedSize')]).toEqual(['Filed', 9])
    expect(await stop(program)).toBe(0)
  }, 60_000)

  it.each([
    [{ PORT: 'x' }, 2, /^PORT has to be a whole number[^\n]+\n$/],
    [{ HOST: '203.0.113.7' }, 1, /^HOST is not an address of this machine[^\n]+\n$/],
  ])(
    'stops with one sentence for %j',
    async (env, code, sentence) => {
      const program = await start(env)
      expect(await program.exited).toBe(code)
      expect(program.output()).toMatch(sentence)
    },
    30_000,
  )

  it('does not take a folder that another server has', async () => {
    await start()
    const second = await start()
    expect(await second.exited).toBe(1)
    expect(second.output()).toMatch(/^The data folder \S+ is used by another server[^\n]+\n$/)
  }, 60_000)
})

describe('compiling a program of the server', () => {
  const write = (name: string, text: string): void => {
    mkdirSync(join(folder, 'server'), { recursive: true })
    writeFileSync(join(folder, 'server', name), text)
  }

  it('follows its sources and keeps their addresses', async () => {
    write('main.ts', "import { word } from './word'\nconsole.log(word + import.meta.url)")
    write('word.ts', "export const word: string = 'one '")
    const printed = async (): Promise<string> =>
      spawnSync(process.execPath, [await compile('server/main.ts', folder)]).stdout.toString()
    expect(await printed()).toMatch(/^one file:.*\/server\/main\.ts\n$/)
    write('word.ts', "export const word: string = 'two '")
    expect(await printed()).toMatch(/^two /)
  })

  it('names the first wrong line in one sentence', async () => {
    write('main.ts', 'export const fine = 1\nexport const = 2\n')
    const attempt = compile('server/main.ts', folder)
    await expect(attempt).rejects.toBeInstanceOf(CompileError)
    await expect(attempt).rejects.toThrow(/^The server cannot be compiled: server\/main\.ts:2: /)
  })
})
