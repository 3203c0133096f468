// What start, test and check share: the repository's folder, running a program, and clear sentences instead of stacks.
import { spawnSync } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** The first releases that can `require` ES modules, which packages of the server rely on; 21 never could. */
const oldestMinor = { 20: 19, 22: 12 }
const newestListedMajor = 22
const neededBytes = 200 * 1024 * 1024

/** Ends the program with one sentence. */
export function stop(sentence) {
  console.error(sentence)
  process.exit(1)
}

/** @returns a sentence when this version of Node is too old, else undefined. */
export function nodeVersionProblem(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > newestListedMajor || minor >= oldestMinor[major]) return undefined
  return `Node 20.19, 22.12 or newer is needed, this is ${version}; install it from https://nodejs.org and start again.`
}

/** @returns a sentence when the disk of `folder` is nearly full, else undefined. */
export function diskProblem(folder, statfs = statfsSync) {
  const { bavail, bsize } = statfs(folder)
  if (bavail * bsize >= neededBytes) return undefined
  return `There is too little disk space in ${folder}: free at least ${neededBytes / 1024 / 1024} MB and start again.`
}

/** Stops with one sentence when nothing could work here. */
export function checkMachine() {
  const problem = nodeVersionProblem(process.versions.node) ?? diskProblem(root)
  if (problem) stop(problem)
}

/**
 * Runs a program to its end, its output shown as it comes.
 * @returns its exit code.
 */
export function run(command, args, env = {}) {
  const isNode = command === 'node'
  const { status } = spawnSync(isNode ? process.execPath : command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    // npm is a .cmd file on Windows, which needs a shell.
    shell: !isNode && process.platform === 'win32',
  })
  return status ?? 1
}
