import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { freely, startProgram } from '../durability/program'
import { root } from './support'

/** A process of its own, and everything that it has printed. */
export type Program = {
  url: string
  child: ChildProcess
  output(): string
  stop(): Promise<void>
}

/** The embedded chat server alone, with an administrator `root`. */
export async function startChat(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<Program> {
  const program = await startProgram(dataDir, { ...freely, ...env })
  if (program.url === '') throw new Error(program.output())
  return { ...program, stop: () => end(program.child) }
}

/** `server/main.ts` in front of a chat server; the variables of the developer's shell do not reach it. */
export async function startGatewayProgram(
  dataDir: string,
  chatUrl: string,
  env: Record<string, string> = {},
): Promise<Program> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    cwd: root,
    env: {
      ...{ PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir },
      ...{ IM_ADDRESS: chatUrl, DEMO: '1' },
      ...{ IM_AGENT_USERNAME: 'root', IM_AGENT_PASSWORD: freely.ADMIN_PASS },
      ...{ IM_RATE_LIMIT: 'off', ...env },
    },
  })
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const add = (chunk: Buffer) => {
      output += chunk.toString()
      const found = /http:\/\/(?:127\.0\.0\.1|localhost):(\d+)/.exec(
        output
          .split('\n')
          .filter((line) => !line.startsWith('{'))
          .join('\n'),
      )
      if (found) resolve(`http://127.0.0.1:${found[1]}`)
    }
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    child.once('exit', () => reject(new Error(`The gateway has ended:\n${output}`)))
  })
  return { url, child, output: () => output, stop: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

/** Resident memory of a process now, in bytes; where the system has no /proc, 0. */
export function residentBytes({ child }: Program): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
