import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(__dirname, '../..')
const startTimeoutMs = 30_000

/** The two ways of authentication. */
export type Way = 'ddp' | 'signalr'

/** For `describe.each`. */
export const ways: readonly Way[] = ['ddp', 'signalr']

export type StartOptions = {
  /** An existing data folder, which then survives `stop`; a temporary one when left out. */
  dataDir?: string
  /** Ports; free ones when left out. */
  port?: number
  embeddedPort?: number
  /**
   * How clients get events: `ddp` with front-end, `signalr` with back-end authentication.
   * @default 'ddp'
   */
  way?: Way
}

/** The product's own server in a process of its own: gateway, H5 build and embedded Rocket.Chat. */
export type TestServer = {
  /** The gateway, without a slash at the end. */
  readonly url: string
  readonly embeddedUrl: string
  readonly port: number
  readonly dataDir: string
  /** Ends the process as a power cut does: nothing is written, no socket is closed politely. */
  kill9(): Promise<void>
  /** Starts it again on the same ports and data. Rejects while it still runs. */
  restart(): Promise<void>
  /** Ends the process and removes the temporary data folder. */
  stop(): Promise<void>
}

/**
 * Starts `server/main.ts` and waits until it is ready.
 * @throws with what the server printed when it ends or stays silent instead
 */
export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'uni-rocketchat-test-')))
  const { way = 'ddp' } = options
  let running = await launch(dataDir, options.port ?? 0, options.embeddedPort ?? 0, way)
  const { port, embeddedPort } = running
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const { child } = running
    if (hasEnded(child)) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  return {
    url: `http://127.0.0.1:${port}`,
    embeddedUrl: `http://127.0.0.1:${embeddedPort}`,
    port,
    dataDir,
    kill9: () => end('SIGKILL'),
    async restart() {
      if (!hasEnded(running.child)) throw new Error('The server still runs; end it before restart')
      running = await launch(dataDir, port, embeddedPort, way)
    },
    async stop() {
      await end('SIGTERM')
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
    },
  }
}

type Running = { child: ChildProcess; port: number; embeddedPort: number }

async function launch(
  dataDir: string,
  port: number,
  embeddedPort: number,
  way: Way,
): Promise<Running> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Tests fill rooms faster than any person writes.
    env: environment({
      PORT: port,
      EMBEDDED_PORT: embeddedPort,
      DATA_DIR: dataDir,
      IM_RATE_LIMIT: 'off',
      IM_REALTIME: way,
    }),
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  const text = await readyText(child)
  // The ready text names the address to open first and the chat server's address second.
  const [gateway, embedded] = [...text.matchAll(/http:\/\/(?:127\.0\.0\.1|localhost):(\d+)/g)]
  if (!gateway || !embedded) {
    kill()
    throw new Error(`The server's ready text names no two addresses:\n${text}`)
  }
  return { child, port: Number(gateway[1]), embeddedPort: Number(embedded[1]) }
}

/** Only what the test decides reaches the server: a variable of the developer's shell must not change what is tested. */
function environment(own: Record<string, string | number>): NodeJS.ProcessEnv {
  const settings = /^(IM_|CORS_ORIGINS$|TRUSTED_PROXIES$|DEMO$|LOG_LEVEL$|NODE_OPTIONS$)/
  const inherited = Object.entries(process.env).filter(([name]) => !settings.test(name))
  const fixed = Object.entries(own).map(([name, value]) => [name, String(value)] as const)
  return Object.fromEntries([...inherited, ...fixed, ['HOST', '127.0.0.1']])
}

function readyText(child: ChildProcess): Promise<string> {
  let printed = ''
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail('did not get ready in time'), startTimeoutMs)
    const fail = (what: string): void => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new Error(`The server ${what}. It printed:\n${printed}`))
    }
    const read = (part: Buffer): void => {
      printed += part.toString()
      // The last line of the ready text (server/banner.ts).
      if (!printed.includes('Ctrl+C')) return
      clearTimeout(timer)
      resolve(printed)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => fail(`ended with code ${String(code)}`))
  })
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
