// Runs uni-app's command line with the repository root as its input directory (docs/adr/0001).
// usage: node scripts/uni.mjs <dev|build> <h5|mp-weixin|app>
import { spawnSync } from 'node:child_process'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const [mode, platform] = process.argv.slice(2)
const args = mode === 'dev' ? ['-p', platform] : ['build', '-p', platform]
const uni = resolve(root, 'node_modules/@dcloudio/vite-plugin-uni/bin/uni.js')
const { status } = spawnSync(process.execPath, [uni, ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, UNI_INPUT_DIR: root },
})
process.exit(status ?? 1)
