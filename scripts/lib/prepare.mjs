// Installs packages and makes builds, each only when what it is made from has changed.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { diskProblem, root, run, stop } from './steps.mjs'

const installStamp = resolve(root, 'node_modules/.uni-rocketchat-install')
const lockfile = resolve(root, 'package-lock.json')

/** What every build is made from. */
const buildInputs = [
  'App.vue',
  'main.ts',
  'index.html',
  'uni.scss',
  'manifest.json',
  'pages.json',
  'theme.json',
  'vite.config.ts',
  'tsconfig.json',
  'package-lock.json',
  'src',
  'static',
  'shared',
]

/** Runs `npm ci` when packages are missing or the lockfile has changed since the last install. */
export function install() {
  const wanted = hashOf([lockfile])
  if (readStamp(installStamp) === wanted) return
  if (readStamp(installStamp) === undefined && isInstalledByHand()) {
    writeFileSync(installStamp, wanted)
    return
  }
  console.log('Installing packages (npm ci); the first time takes some minutes…')
  if (run('npm', ['ci', '--no-audit', '--no-fund']) !== 0) {
    stop(diskProblem(root) ?? 'npm ci failed: check the network and the messages above.')
  }
  writeFileSync(installStamp, wanted)
}

/** npm writes its own record after every whole install. */
function isInstalledByHand() {
  const installed = modifiedAt(resolve(root, 'node_modules/.package-lock.json'))
  return installed !== undefined && installed >= (modifiedAt(lockfile) ?? 0)
}

function modifiedAt(file) {
  return existsSync(file) ? statSync(file).mtimeMs : undefined
}

/**
 * Builds one platform when its inputs have changed.
 * @param platform h5, mp-weixin or app.
 * @param options.always also when nothing has changed.
 * @returns whether the build is there.
 */
export function build(platform, { always = false } = {}) {
  const stamp = resolve(root, 'node_modules/.cache/uni-rocketchat', `${platform}.hash`)
  const output = resolve(root, 'dist/build', platform)
  const wanted = hashOf(buildInputs.map((input) => resolve(root, input)))
  if (!always && existsSync(output) && readStamp(stamp) === wanted) return true
  console.log(`Building ${platform}…`)
  const isBuilt = run('node', [resolve(root, 'scripts/uni.mjs'), 'build', platform]) === 0
  if (!isBuilt) {
    const problem = diskProblem(root)
    if (problem) stop(problem)
    return false
  }
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
  return true
}

/** A hash of the names and contents of files and folders; missing ones count as missing. */
export function hashOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths) addTo(hash, path)
  return hash.digest('hex')
}

function addTo(hash, path) {
  const entries = readEntries(path)
  if (entries === undefined) {
    hash.update(`${path}\0missing\0`)
  } else if (entries === 'file') {
    hash.update(`${path}\0`).update(readFileSync(path)).update('\0')
  } else {
    for (const entry of entries.sort()) addTo(hash, join(path, entry))
  }
}

function readEntries(path) {
  try {
    return readdirSync(path)
  } catch (error) {
    if (error.code === 'ENOTDIR') return 'file'
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function readStamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
