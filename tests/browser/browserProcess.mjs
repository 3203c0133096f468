// Starts a browser, prints the address of its playwright server on one line, and closes it when standard input ends.
import { chromium } from 'playwright-core'
import { executables } from './executables.mjs'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
]

async function launch() {
  const reasons = []
  for await (const { name, path } of executables(reasons)) {
    try {
      return await chromium.launchServer({ executablePath: path, args: flags, host: '127.0.0.1' })
    } catch (error) {
      reasons.push(`${name}: ${String(error?.message ?? error).split('\n')[0]}`)
    }
  }
  throw new Error(
    `No browser could be started for the tests; install Chromium or Chrome, or set CHROMIUM to its path. ${reasons.join('; ')}`,
  )
}

try {
  const server = await launch()
  const end = () => server.close().finally(() => process.exit(0))
  process.stdin.on('end', end).on('error', end).resume()
  server.on('close', () => process.exit(0))
  process.stdout.write(`${server.wsEndpoint()}\n`)
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
