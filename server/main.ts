import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readyText } from './banner'
import { readConfig } from './config'
import { errorMessage, StartError } from './errors'
import { startAll } from './startAll'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

const sameSignalMs = 1000

async function main(): Promise<void> {
  const config = readConfig(process.env, root)
  const running = await startAll(config)
  let stoppingSince: number | undefined
  const stop = () => {
    // A signal to the whole group arrives twice; one that comes later means: now.
    if (stoppingSince !== undefined && Date.now() - stoppingSince > sameSignalMs) process.exit(1)
    if (stoppingSince !== undefined) return
    stoppingSince = Date.now()
    void running.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  console.log(readyText(config, running))
  const problem = await running.agentProblem
  if (problem !== undefined && stoppingSince === undefined) {
    console.error(`Warning: nobody can sign in for the first time until this is mended. ${problem}`)
  }
}

function fail(error: unknown): never {
  const text = errorMessage(error)
  console.error(error instanceof StartError ? text : `The server cannot go on: ${text}`)
  process.exit(1)
}

process.on('unhandledRejection', fail)
process.on('uncaughtException', fail)
main().catch(fail)
