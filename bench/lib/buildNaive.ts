import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(__dirname, '../..')

/** Builds the naive list (bench/naive/mp) for WeChat with the same tools as the client; answers the folder. */
export const buildNaive = (): string => {
  const output = mkdtempSync(join(tmpdir(), 'bench-naive-'))
  const uni = join(root, 'node_modules/@dcloudio/vite-plugin-uni/bin/uni.js')
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    UNI_INPUT_DIR: join(root, 'bench/naive/mp'),
    UNI_OUTPUT_DIR: output,
  }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [uni, 'build', '-p', 'mp-weixin'],
    { cwd: root, env, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`The naive list does not build:\n${stdout}${stderr}`)
  return output
}
