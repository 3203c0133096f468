import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile, programs } from '../../scripts/lib/compile.mjs'

export type EmbeddedProcess = {
  url: string
  pid: number
  admin: { username: string; password: string }
  createTokenSecret: string
  /** Resident memory in bytes; 0 where the system does not tell. */
  residentBytes(): number
  /** Processor time so far in milliseconds, which other programs of the machine do not change; 0 where not told. */
  busyMs(): number
  /** Ends the process and removes its data. */
  close(): Promise<void>
}

export type EmbeddedProcessOptions = {
  /** What `generate` gets, for example `['--messages', '200000']`; nothing is generated when absent. */
  generate?: readonly string[]
  /** Further arguments of Node, for example a profiler's. */
  nodeArgs?: readonly string[]
}

const admin = { username: 'bench', password: 'bench-password' }
const createTokenSecret = 'bench-secret'

const environmentOf = (dataDir: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  PORT: '0',
  HOST: '127.0.0.1',
  DATA_DIR: dataDir,
  ADMIN_USERNAME: admin.username,
  ADMIN_PASS: admin.password,
  CREATE_TOKENS_FOR_USERS_SECRET: createTokenSecret,
  OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_User_Enabled: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_User_By_Method_Enabled: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_Connection_Enabled: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_Connection_By_Method_Enabled: 'false',
})

const addressOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const url = /listens on (\S+),/.exec(output)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.on('exit', () => reject(new Error(`the server ended before it listened: ${output}`)))
  })

const residentBytes = (pid: number): number => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/**
 * Processor time of a process so far in milliseconds, which other programs of the machine do not change; 0 where the
 * system does not tell. Linux counts in hundredths of a second.
 */
export const busyMs = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return 0
  }
}

/** Starts the embedded server as users run it: compiled, in a process of its own, on new data. */
export const startEmbeddedProcess = async (
  options: EmbeddedProcessOptions = {},
): Promise<EmbeddedProcess> => {
  const file = await compile(programs.embedded)
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-'))
  const env = environmentOf(dataDir)
  if (options.generate !== undefined) {
    const { status } = spawnSync(process.execPath, [file, 'generate', ...options.generate], {
      env,
      stdio: 'inherit',
    })
    if (status !== 0) throw new Error('the data could not be generated')
  }
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), file], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const url = await addressOf(child)
  const pid = child.pid ?? 0
  const close = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
    rmSync(dataDir, { recursive: true, force: true })
  }
  return {
    url,
    pid,
    admin,
    createTokenSecret,
    residentBytes: () => residentBytes(pid),
    busyMs: () => busyMs(pid),
    close,
  }
}
