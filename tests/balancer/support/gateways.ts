import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Database from 'libsql'
import { startEmbedded, type EmbeddedServer } from '../../../server/embedded/server'
import type { Way } from '../../e2e/server'
import { startBalancer, type Balancer } from './balancer'
import { freePort, startRedis, type TestRedis } from './redis'

const root = resolve(__dirname, '../../..')
const startTimeoutMs = 60_000
const secret = 'create-token-secret-of-the-test-0123456789'
const agent = { username: 'im-agent', password: 'agent-password-of-the-test' }

/** A gateway in a process of its own. */
export type GatewayProcess = {
  url: string
  port: number
  /** Everything that it wrote. */
  output(): string
  /** @returns the exit code; null when it was killed. */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** Starts it again on the same port and data. */
  restart(): Promise<void>
}

/** Two gateways with one Redis and one chat server behind a balancer. */
export type World = {
  redis: TestRedis
  chat: EmbeddedServer
  gateways: readonly GatewayProcess[]
  balancer: Balancer
  /** REST of the chat server as its administrator. */
  asAdmin(method: 'GET' | 'POST', path: string, body?: object): Promise<Record<string, unknown>>
  /** Login tokens that the chat server keeps for a user. */
  tokensOf(userId: string): number
  close(): Promise<void>
}

export async function startWorld(way: Way): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'balancer-'))
  const redis = await startRedis()
  const chat = await startEmbedded({
    port: 0,
    dataDir: join(folder, 'chat'),
    createTokenSecret: secret,
    admin: { ...agent, email: 'im-agent@im.invalid' },
    demo: true,
  })
  const gateways = await Promise.all(
    ['one', 'two'].map((name) =>
      startProcess({
        DATA_DIR: join(folder, name),
        IM_ADDRESS: chat.url,
        DEMO: '1',
        IM_AGENT_USERNAME: agent.username,
        IM_AGENT_PASSWORD: agent.password,
        IM_CREATE_TOKEN_SECRET: secret,
        IM_ENCRYPTION_KEY: 'e'.repeat(64),
        IM_REDIS_URL: redis.url,
        IM_REALTIME: way,
        IM_DRAIN_SECONDS: '5',
      }),
    ),
  )
  const balancer = await startBalancer(gateways.map(({ port }) => port))
  const asAdmin = createAdmin(chat.url)
  return {
    ...{ redis, chat, gateways, balancer, asAdmin },
    tokensOf: (userId) => countTokens(join(folder, 'chat', 'rocketchat.db'), userId),
    async close() {
      await balancer.close()
      await Promise.all(gateways.map((gateway) => gateway.end('SIGKILL')))
      await chat.close()
      await redis.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function countTokens(file: string, userId: string): number {
  const db = new Database(file)
  try {
    const row = db.prepare('SELECT COUNT(*) AS count FROM tokens WHERE uid = ?').get(userId)
    return (row as { count: number }).count
  } finally {
    db.close()
  }
}

async function startProcess(settings: Record<string, string>): Promise<GatewayProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const fixed = { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'info' }
  let written = ''
  const launch = async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...fixed, ...settings },
    })
    const kill = () => void child.kill('SIGKILL')
    process.once('exit', kill)
    child.once('exit', () => process.off('exit', kill))
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (part: Buffer) => (written += part.toString()))
    }
    await ready(child, url, () => written)
    return child
  }
  let child = await launch()
  return {
    ...{ url, port },
    output: () => written,
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit')
        child.kill(signal)
        await exit
      }
      return child.exitCode
    },
    async restart() {
      child = await launch()
    },
  }
}

async function ready(child: ChildProcess, url: string, output: () => string): Promise<void> {
  const end = Date.now() + startTimeoutMs
  for (;;) {
    const status = await fetch(`${url}/readyz`).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return
    if (child.exitCode !== null || Date.now() > end) {
      child.kill('SIGKILL')
      throw new Error(`The gateway did not get ready. It wrote:\n${output()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function createAdmin(chatUrl: string): World['asAdmin'] {
  let headers: Record<string, string> | undefined
  const send = async (method: string, path: string, body: object | undefined) => {
    const response = await fetch(`${chatUrl}/api/v1/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return (await response.json()) as Record<string, unknown>
  }
  return async (method, path, body) => {
    if (headers === undefined) {
      const login = await send('POST', 'login', { user: agent.username, password: agent.password })
      const { userId, authToken } = login.data as { userId: string; authToken: string }
      headers = { 'x-user-id': userId, 'x-auth-token': authToken }
    }
    return send(method, path, body)
  }
}
