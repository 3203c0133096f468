import { dirname, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { runCli } from './cli/run'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

const fail = (error: unknown): never => {
  const message = error instanceof Error ? error.message : String(error)
  console.error(`The server cannot go on: ${message}`)
  process.exit(1)
}

process.on('unhandledRejection', fail)
process.on('uncaughtException', fail)

runCli(process.argv.slice(2), process.env, root, {
  print: (line) => console.log(line),
  printError: (line) => console.error(line),
  readInput: () => text(process.stdin),
}).then((code) => process.exit(code), fail)
