// `npm run embedded [-- command ...]`: the embedded chat server alone, and its command line.
import { install } from './lib/prepare.mjs'
import { checkMachine } from './lib/steps.mjs'

checkMachine()
install()
// Only now: esbuild is one of the packages that `install` brings.
const [{ programs }, { runProgram }] = await Promise.all([
  import('./lib/compile.mjs'),
  import('./lib/program.mjs'),
])
await runProgram(programs.embedded, process.argv.slice(2))
