import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../../browser/eventually'

/** The command of a real redis-server; undefined where there is none. */
export const redisCommand: string | undefined = [
  process.env.IM_TEST_REDIS_SERVER ?? '',
  'redis-server',
].find((command) => command !== '' && spawnSync(command, ['--version']).status === 0)

/** Says so where the tests run without one, and how to change it. */
export function tellWithoutRedis(what: string): void {
  if (redisCommand !== undefined) return
  console.log(
    `${what}: NOT run with Redis, there is no redis-server on PATH; install one or set IM_TEST_REDIS_SERVER.`,
  )
}

/** `describe` where there is a redis-server; else a suite with one test that tells what was left out. */
export function describeWithRedis(name: string, suite: () => void): void {
  if (redisCommand !== undefined) {
    describe(name, suite)
    return
  }
  describe(name, () => {
    test('was not run: there is no redis-server', () => {
      tellWithoutRedis(name)
      expect(redisCommand).toBeUndefined()
    })
  })
}

/** A redis-server of its own on a free port, with a password. */
export type TestRedis = {
  url: string
  password: string
  /** Ends it at once; what it had is gone. */
  stop(): Promise<void>
  /** Starts it again on the same port, empty. */
  start(): Promise<void>
  /** Lets it hang: connections stay, nothing is answered. */
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

export async function startRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'))
  const port = await freePort()
  const password = 'password-of-redis-in-the-test'
  let child: ChildProcess | undefined
  const start = async () => {
    const settings = ['--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder]
    child = spawn(redisCommand!, [...settings, '--bind', '127.0.0.1', '--requirepass', password], {
      stdio: 'ignore',
    })
    await eventually(() => canConnect(port))
  }
  const stop = async () => {
    if (child === undefined) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    child = undefined
  }
  await start()
  return {
    url: `redis://:${password}@127.0.0.1:${port}/0`,
    password,
    start,
    stop,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async close() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function canConnect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    })
    socket.on('error', reject)
  })
}
