import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Way } from '../e2e/server'
import { createFaultProxy, type FaultProxy } from './faultProxy'

const root = resolve(__dirname, '../..')
const startTimeoutMs = 30_000
const admin = { username: 'im-agent', password: 'agent-of-the-fault-tests' }
const createTokenSecret = 'create-token-secret-of-the-fault-tests'

/** The first free port each program got; it starts on the same one again. */
type Program = {
  readonly port: number
  /** Ends the process as a power cut does. */
  kill9(): Promise<void>
  /** Starts it on the same port and data; resolves when it listens. */
  start(): Promise<void>
}

/** Gateway and embedded server, each a process of its own, with a fault proxy between them. */
export type Servers = {
  readonly gateway: Program
  readonly embedded: Program
  /** Between gateway and embedded server. */
  readonly back: FaultProxy
  /** The gateway itself, without any proxy before it. */
  readonly url: string
  stop(): Promise<void>
}

/** One JavaScript file each, because a program that is killed often has to start fast. */
function compile(entry: string): string {
  const script = `import { compile } from './scripts/lib/compile.mjs'
    process.stdout.write(await compile(${JSON.stringify(entry)}))`
  const args = ['--input-type=module', '-e', script]
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
}

type Settings = { env: Record<string, string>; listensAt: RegExp }

async function createProgram(file: string, { env, listensAt }: Settings): Promise<Program> {
  let child: ChildProcess | undefined
  let port = 0
  const program = {
    get port() {
      return port
    },
    async kill9() {
      const ended = child
      child = undefined
      if (!ended || ended.exitCode !== null || ended.signalCode !== null) return
      const exit = once(ended, 'exit')
      ended.kill('SIGKILL')
      await exit
    },
    async start() {
      child = spawn(process.execPath, [file], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH ?? '', HOST: '127.0.0.1', ...env, PORT: String(port) },
      })
      port = await listeningPort(child, listensAt)
    },
  }
  await program.start()
  return program
}

function listeningPort(child: ChildProcess, listensAt: RegExp): Promise<number> {
  let printed = ''
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new Error(`The server ${what}. It printed:\n${printed}`))
    }
    const timer = setTimeout(() => fail('did not get ready in time'), startTimeoutMs)
    const read = (part: Buffer): void => {
      printed += part.toString()
      const found = listensAt.exec(printed)
      if (!found) return
      clearTimeout(timer)
      resolve(Number(found[1]))
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => fail(`ended with code ${String(code)}`))
  })
}

/** What the embedded server would refuse in a test that asks as often as it likes. */
const withoutLimits = {
  OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_User_Enabled: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_User_By_Method_Enabled: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_Connection_Enabled: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_Connection_By_Method_Enabled: 'false',
}

/** @throws with what a program printed when it does not start */
export async function startServers(way: Way): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'))
  const embedded = await createProgram(compile('server/embedded/main.ts'), {
    env: {
      ...withoutLimits,
      DATA_DIR: join(folder, 'embedded'),
      ADMIN_USERNAME: admin.username,
      ADMIN_PASS: admin.password,
      CREATE_TOKENS_FOR_USERS_SECRET: createTokenSecret,
    },
    listensAt: /listens on http:\/\/127\.0\.0\.1:(\d+)/,
  })
  const back = await createFaultProxy(() => embedded.port)
  const gateway = await createProgram(compile('server/main.ts'), {
    env: {
      DATA_DIR: join(folder, 'gateway'),
      IM_ADDRESS: back.url,
      DEMO: '1',
      IM_AGENT_USERNAME: admin.username,
      IM_AGENT_PASSWORD: admin.password,
      IM_CREATE_TOKEN_SECRET: createTokenSecret,
      IM_RATE_LIMIT: 'off',
      IM_REALTIME: way,
    },
    // The last line of the ready text comes after this one, and the server listened before both.
    listensAt: /Ready\. Open .*http:\/\/127\.0\.0\.1:(\d+)/,
  })
  return {
    gateway,
    embedded,
    back,
    url: `http://127.0.0.1:${gateway.port}`,
    async stop() {
      await Promise.all([gateway.kill9(), embedded.kill9()])
      await back.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
