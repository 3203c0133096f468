import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startEmbedded } from '../../../server/embedded/server'

const root = resolve(__dirname, '../../..')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'main-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Outcome = { code: number | null; output: string; errors: string }

/** Runs the program; `onOutput` sees everything that it has printed so far, what is wrong included. */
function run(
  env: Record<string, string>,
  onOutput: (output: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Outcome> {
  const program = spawn(process.execPath, ['--import', 'tsx', join(root, 'server/main.ts')], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      EMBEDDED_PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: folder,
      ...env,
    },
  })
  let output = ''
  let errors = ''
  program.stdout.on('data', (chunk) => {
    output += String(chunk)
    onOutput(output + errors, (signal) => program.kill(signal))
  })
  program.stderr.on('data', (chunk) => {
    errors += String(chunk)
    onOutput(output + errors, (signal) => program.kill(signal))
  })
  return new Promise((done) => program.on('exit', (code) => done({ code, output, errors })))
}

describe('the program', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'starts, says so, and stops in order on %s',
    async (signal) => {
      const { code, output, errors } = await run({}, (text, kill) => {
        if (text.includes('Ctrl+C')) kill(signal)
      })
      expect(output).toContain('Ready.')
      expect([code, errors]).toEqual([0, ''])
    },
    30_000,
  )

  it.each([
    ['a bad variable', { PORT: 'x' }, 'PORT has to be a port number from 0 to 65535, not "x".\n'],
    [
      'a chat server that is not there',
      { IM_ADDRESS: 'http://127.0.0.1:9' },
      /^No Rocket\.Chat server answers at [^\n]+\n$/,
    ],
    [
      'a data folder that is none',
      { DATA_DIR: '/dev/null/data' },
      /^The data folder \/dev\/null\/data [^\n]+\n$/,
    ],
  ])(
    'stops with one sentence and code 1 for %s',
    async (_name, env, sentence) => {
      const { code, errors } = await run(env)
      expect(code).toBe(1)
      expect(errors).toEqual(
        typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
      )
    },
    30_000,
  )

  it('says in one sentence that the agent account was refused', async () => {
    const chat = await startEmbedded({ port: 0, dataDir: join(folder, 'chat') })
    const agent = { IM_AGENT_USERNAME: 'nobody', IM_AGENT_PASSWORD: 'wrong' }
    const env = { IM_ADDRESS: chat.url, ...agent, LOG_LEVEL: 'silent' }
    try {
      const { code, errors } = await run(env, (text, kill) => {
        if (text.includes('Ctrl+C') && text.includes('IM_AGENT_PASSWORD')) kill('SIGTERM')
      })
      expect([code, errors]).toEqual([
        0,
        'Warning: nobody can sign in for the first time until this is mended. The chat server refused the agent account: check IM_AGENT_USERNAME and IM_AGENT_PASSWORD.\n',
      ])
    } finally {
      await chat.close()
    }
  }, 30_000)

  it('stops with one sentence when a stored secret is damaged', async () => {
    const secrets = join(folder, 'secrets')
    mkdirSync(secrets)
    writeFileSync(join(secrets, 'encryption.key'), 'x')
    const { code, errors } = await run({})
    expect([code, errors]).toEqual([
      1,
      expect.stringMatching(/^The secret in [^\n]+ is damaged; [^\n]+\n$/),
    ])
  }, 30_000)
})
