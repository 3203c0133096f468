// `npm run bench [-- <part of a name>...]`: runs every bench/*.bench.ts whose name has one of the parts, one after the
// other, each in a process of its own, and writes bench/results/<name>.json.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = dirname(fileURLToPath(import.meta.url))
const suffix = '.bench.ts'

const wanted = process.argv.slice(2)
const names = readdirSync(folder)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort()

if (names.length === 0) {
  console.error(`No bench is named like ${wanted.join(' or ')}.`)
  process.exit(2)
}

const run = (name: string): boolean => {
  const args = ['--import', 'tsx', join(folder, 'lib/runOne.ts')]
  const files = [join(folder, `${name}${suffix}`), join(folder, 'results', `${name}.json`)]
  return spawnSync(process.execPath, [...args, ...files], { stdio: 'inherit' }).status === 0
}

const failed = names.filter((name) => !run(name))
if (failed.length > 0) {
  console.error(`bench: failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
