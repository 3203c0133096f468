import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'

const installedNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * The browsers to try, best first: the one named by CHROMIUM, an installed one, the one inside an npm package.
 * @param {string[]} reasons receives a sentence for each that cannot even be tried
 */
export async function* executables(reasons) {
  if (process.env.CHROMIUM) yield { name: process.env.CHROMIUM, path: process.env.CHROMIUM }
  for (const name of installedNames) {
    const path = find(name)
    if (path) yield { name, path }
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    reasons.push('@sparticuz/chromium is for Linux on x64 only')
    return
  }
  try {
    yield { name: '@sparticuz/chromium', path: await unpack() }
  } catch (error) {
    reasons.push(`@sparticuz/chromium: ${error.message}`)
  }
}

function find(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      continue
    }
  }
  return undefined
}

/**
 * Unpacks the packaged browser once per user and version. The package writes into the temporary folder under fixed
 * names; a private folder that is renamed when complete keeps other users and half-written files out of the way.
 */
async function unpack() {
  const entry = import.meta.resolve('@sparticuz/chromium')
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', entry), 'utf8'))
  const base = tmpdir()
  const home = join(base, `test-chromium-${version}-${userInfo().uid}`)
  const executable = join(home, 'chromium')
  if (existsSync(executable)) return executable
  mkdirSync(base, { recursive: true })
  const fresh = mkdtempSync(join(base, 'test-chromium-unpack-'))
  process.env.TMPDIR = fresh
  try {
    const { default: chromium } = await import('@sparticuz/chromium')
    await chromium.executablePath()
    renameSync(fresh, home)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(executable)) throw error
  } finally {
    process.env.TMPDIR = base
  }
  return executable
}
