// `npm start`: installs what is missing, builds H5 when it has changed, then starts chat server and gateway.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { build, install } from './lib/prepare.mjs'
import { checkMachine, root, stop } from './lib/steps.mjs'

checkMachine()
install()
if (!build('h5')) stop('The H5 build failed; see the messages above.')

console.log('Starting…')
const server = spawn(process.execPath, ['--import', 'tsx', resolve(root, 'server/main.ts')], {
  cwd: root,
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM']) {
  // A terminal sends Ctrl+C to the server as well, which takes two signals at once for one.
  process.on(signal, () => server.kill(signal))
}
server.on('exit', (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0))
})
