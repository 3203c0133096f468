import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { SignJWT } from 'jose'
import { compile, programs } from '../../scripts/lib/compile.mjs'
import { busyMs, type EmbeddedProcess } from './embeddedProcess'

/** What a Node process uses, in bytes, after a garbage collection. */
export type MemoryUse = { rss: number; heapUsed: number; external: number }

/** How late the event loop was, in milliseconds. */
export type LoopDelay = { p50: number; p99: number }

/** The gateway as users run it, compiled, in a process of its own in front of an embedded server. */
export type GatewayProcess = {
  url: string
  /** The business token of a person whom the embedded server has generated. */
  token(username: string): Promise<string>
  memory(): Promise<MemoryUse>
  /** Since the last question; the first one only begins to measure. */
  loopDelay(): Promise<LoopDelay>
  /** Processor time so far in milliseconds; 0 where the system does not tell. */
  busyMs(): number
  close(): Promise<void>
}

const secret = 'a secret of the bench, long enough for HS256'
const issuer = 'bench'
const audience = 'chat'

const environmentOf = (
  chat: EmbeddedProcess,
  address: string,
  way: 'ddp' | 'signalr',
  dataDir: string,
): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  PORT: '0',
  HOST: '127.0.0.1',
  DATA_DIR: dataDir,
  IM_REALTIME: way,
  IM_RATE_LIMIT: 'off',
  IM_ADDRESS: address,
  IM_AGENT_USERNAME: chat.admin.username,
  IM_AGENT_PASSWORD: chat.admin.password,
  IM_CREATE_TOKEN_SECRET: chat.createTokenSecret,
  IM_IDENTITY: JSON.stringify([{ type: 'jwt-hs256', issuer, audience, secret }]),
})

const ask = async <Answer>(child: ChildProcess, question: string): Promise<Answer> => {
  const answer = once(child, 'message') as Promise<[Answer]>
  child.send(question)
  return (await answer)[0]
}

/** @param address where the gateway finds the chat server; its own address when left out. */
export const startGatewayProcess = async (
  chat: EmbeddedProcess,
  options: { way: 'ddp' | 'signalr'; address?: string },
): Promise<GatewayProcess> => {
  const file = await compile(programs.server)
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-gateway-'))
  const profile = process.env.BENCH_PROFILE
  const profiling = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile]
  const watched = ['--expose-gc', '--import', resolve(__dirname, 'tellState.mjs')]
  const args = [...profiling, ...watched, file]
  const env = environmentOf(chat, options.address ?? chat.url, options.way, dataDir)
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  const url = await new Promise<string>((resolveUrl, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const found = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(output)?.[0]
      if (found !== undefined) resolveUrl(found)
    })
    child.on('exit', () => reject(new Error(`the gateway ended before it listened: ${output}`)))
  })
  const key = new TextEncoder().encode(secret)
  return {
    url,
    token: (username) =>
      new SignJWT({ preferred_username: username, email: `${username}@example.com` })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(username)
        .setJti(username)
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime('2h')
        .sign(key),
    busyMs: () => busyMs(child.pid ?? 0),
    memory: () => ask<MemoryUse>(child, 'memory'),
    loopDelay: () => ask<LoopDelay>(child, 'loopDelay'),
    async close() {
      child.kill('SIGTERM')
      await exited
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
