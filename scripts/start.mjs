// `npm start`: installs what is missing, builds H5 when it has changed, then starts chat server and gateway.
import { build, install } from './lib/prepare.mjs'
import { checkMachine, stop } from './lib/steps.mjs'

checkMachine()
install()
if (!build('h5')) stop('The H5 build failed; see the messages above.')

console.log('Starting…')
// Only now: esbuild is one of the packages that `install` brings.
const [{ programs }, { runProgram }] = await Promise.all([
  import('./lib/compile.mjs'),
  import('./lib/program.mjs'),
])
await runProgram(programs.server)
