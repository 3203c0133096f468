// `npm test`: installs and builds what is missing, runs every jest project, prints sizes, then "N passed, N failed".
// Arguments after `npm test --` choose: names of jest projects (unit server h5 mp app) and patterns of test files.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { countResults, planRun } from './lib/results.mjs'
import { build, install } from './lib/prepare.mjs'
import { runToEnd } from './lib/runToEnd.mjs'
import { checkMachine, root } from './lib/steps.mjs'
import { reportSizes } from './sizes.mjs'

checkMachine()
install()

const plan = planRun(process.argv.slice(2))
const isCi = process.env.CI === 'true' || process.env.CI === '1'
/** How long a run may take, and how long it may take to end after its results. */
const limitMs = 15 * 60_000
const graceMs = 10_000
let passed = 0
let failed = 0

for (const platform of plan.builds) {
  if (build(platform, { always: isCi })) continue
  console.error(`The ${platform} build failed.`)
  failed += 1
}
for (const project of plan.projects) {
  const counts = await runProject(project, plan.patterns)
  passed += counts.passed
  failed += counts.failed
}
if (plan.isComplete) {
  const { lines, problems } = reportSizes(resolve(root, 'dist/build'))
  console.log(lines.join('\n'))
  for (const problem of problems) console.error(`Over budget: ${problem}.`)
  if (problems.length === 0) passed += 1
  else failed += 1
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

/**
 * Each project has a process of its own: one that crashes, or does not end, does not take the others' results with it.
 */
async function runProject(project, patterns) {
  const folder = mkdtempSync(join(tmpdir(), 'jest-'))
  const output = join(folder, 'result.json')
  try {
    const jest = resolve(root, 'node_modules/jest/bin/jest.js')
    const args = [jest, '--selectProjects', project, '--json', `--outputFile=${output}`]
    // A pattern rarely matches in every project; without one, a project that has no tests is broken.
    if (patterns.length > 0) args.push('--passWithNoTests', ...patterns)
    const limits = { isDone: () => existsSync(output), graceMs, limitMs }
    const { exitCode, ended } = await runToEnd(process.execPath, args, limits)
    const result = readResult(output)
    if (ended === 'lingered')
      console.error(`Something in ${project} was left open after its tests.`)
    if (ended === 'late') console.error(`The tests of ${project} took more than ${limitMs} ms.`)
    return countResults(ended === 'lingered' ? Number(!result?.success) : exitCode, result)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
