import { spawn, type ChildProcess } from 'node:child_process'
import { join, resolve } from 'node:path'

export const root = resolve(__dirname, '../..')

export type Program = {
  url: string
  child: ChildProcess
  output: () => string
  exited: Promise<number | null>
}

/** Everything a test's server needs to be asked as often as the test likes. */
export const freely: Record<string, string> = {
  ADMIN_USERNAME: 'root',
  ADMIN_PASS: 'root-password',
  OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_User_Enabled: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_User_By_Method_Enabled: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_Connection_Enabled: 'false',
  OVERWRITE_SETTING_DDP_Rate_Limit_Connection_By_Method_Enabled: 'false',
}

/** Starts `server/embedded/main.ts` and waits until it listens or ends. */
export const startProgram = (
  dataDir: string,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<Program> => {
  const file = join(root, 'server/embedded/main.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir, ...env },
  })
  let output = ''
  const exited = new Promise<number | null>((done) => child.on('close', done))
  return new Promise((done) => {
    const add = (chunk: Buffer): void => {
      output += chunk.toString()
      const url = /listens on (\S+),/.exec(output)?.[1]
      if (url !== undefined) done({ url, child, output: () => output, exited })
    }
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    void exited.then(() => done({ url: '', child, output: () => output, exited }))
  })
}
