import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(__dirname, '../..')
const source = join(root, 'tests/mp/fixture')
const inputs = [source, join(root, 'vite.config.ts'), join(root, 'package-lock.json')]

/**
 * Builds tests/mp/fixture, the small uni-app program that the hosts are tested with, and returns the output folder.
 * The folder's name is the hash of everything that goes in, so that test files and runs share one build.
 * @throws with the compiler's output when the build fails
 */
export async function buildFixture(platform: 'mp-weixin' | 'app'): Promise<string> {
  const hash = createHash('sha256')
  for (const file of inputs.flatMap(filesIn)) hash.update(file).update(readFileSync(file))
  const home = join(tmpdir(), `host-fixture-${platform}-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(home)) return home
  const fresh = await mkdtemp(`${home}-`)
  await build(platform, fresh)
  try {
    await rename(fresh, home)
  } catch (error) {
    // Another test file finished the same build first.
    await rm(fresh, { recursive: true, force: true })
    if (!existsSync(home)) throw error
  }
  return home
}

function filesIn(path: string): string[] {
  if (!path.startsWith(source)) return [path]
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const child = join(path, entry.name)
    return entry.isDirectory() ? filesIn(child) : [child]
  })
}

async function build(platform: string, output: string): Promise<void> {
  const uni = join(root, 'node_modules/@dcloudio/vite-plugin-uni/bin/uni.js')
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    UNI_INPUT_DIR: source,
    UNI_OUTPUT_DIR: output,
  }
  try {
    await promisify(execFile)(process.execPath, [uni, 'build', '-p', platform], { cwd: root, env })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error(`The fixture does not build for ${platform}\n${stdout ?? ''}${stderr ?? ''}`)
  }
}
