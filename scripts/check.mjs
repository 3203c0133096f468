// `npm run check`: types, lint, format, unused code. Every step runs; the last lines say which failed.
import { checkMachine, root, run } from './lib/steps.mjs'
import { install } from './lib/prepare.mjs'

const steps = [
  { name: 'types (vue-tsc)', command: ['npx', 'vue-tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'lint (eslint)', command: ['npx', 'eslint', '.'] },
  {
    name: 'format (prettier)',
    command: ['npx', 'prettier', '--check', '--log-level', 'warn', '.'],
  },
  {
    name: 'unused code (knip)',
    command: ['npx', 'knip', '--no-progress', '--config', 'scripts/knip.json'],
  },
]

checkMachine()
install()
const failed = steps.filter(({ name, command: [program, ...args] }) => {
  console.log(`check: ${name}`)
  // uni-app's Vite plugin, which knip loads, looks for its input here.
  return run(program, args, { UNI_INPUT_DIR: root }) !== 0
})
if (failed.length > 0) {
  console.error(`check: failed: ${failed.map(({ name }) => name).join(', ')}`)
  process.exit(1)
}
console.log('check: all good')
