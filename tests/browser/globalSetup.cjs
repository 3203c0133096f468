/**
 * jest globalSetup of the projects h5, mp and app: starts one Chromium for all their workers.
 *
 * The browser belongs to a small child process that lives exactly as long as its standard input stays open, that is
 * as long as jest lives: no teardown has to run, and a killed jest leaves no browser behind. Workers find the browser
 * through the environment variable TEST_BROWSER_ENDPOINT; when it is already set, this run uses that browser.
 */
const { spawn } = require('node:child_process')
const { join } = require('node:path')
const { createInterface } = require('node:readline')

module.exports = async function startBrowser() {
  process.env.TEST_BROWSER_ENDPOINT ||= await (globalThis.testBrowserStart ??= launch())
}

function launch() {
  const child = spawn(process.execPath, [join(__dirname, 'browserProcess.mjs')], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => (complaint += chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error(complaint.trim() || 'The browser process ended.')))
    createInterface({ input: child.stdout }).once('line', (endpoint) => {
      release(child)
      resolve(endpoint)
    })
  })
}

/** Lets jest end although the browser still runs; the browser then sees its input close. */
function release(child) {
  child.removeAllListeners('exit')
  child.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.unref()
}
