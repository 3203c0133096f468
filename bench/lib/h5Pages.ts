import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { connectBrowser, disconnectBrowser } from '../../tests/browser/browser'

const root = resolve(__dirname, '../..')

let browser: ChildProcess | undefined

/** Starts the browser of the tests; `connectBrowser` finds it from then on. */
export const startBrowser = async (): Promise<void> => {
  browser = spawn(process.execPath, [join(root, 'tests/browser/browserProcess.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(browser.stdout!, 'data')) as [Buffer]
  process.env.TEST_BROWSER_ENDPOINT = line.toString().trim()
}

export const stopBrowser = async (): Promise<void> => {
  await disconnectBrowser()
  const exited = browser && once(browser, 'exit')
  browser?.stdin?.end()
  await exited
}

/** A phone of its own; `script` runs in every page before the page's own scripts. */
export const newPhone = async (script?: () => void): Promise<BrowserContext> => {
  const context = await (
    await connectBrowser()
  ).newContext({
    viewport: { width: 390, height: 844 },
    locale: 'zh-CN',
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
  })
  // tsx names functions with a helper that no page has.
  await context.addInitScript('globalThis.__name = (target) => target')
  if (script) await context.addInitScript(script)
  return context
}

const styles = `html, body, #app { margin: 0; height: 100% }
.scroller { height: 100%; overflow-y: auto }
.row { display: grid; grid-template-columns: 40px minmax(0, 1fr); padding: 2px 12px 0; font: 16px sans-serif }
.bubble { padding: 8px 12px; background: #eee; border-radius: 8px } .meta { font-size: 11px }`

let script: string | undefined

/** The naive list (bench/naive/list.ts) on an empty page. */
export const openNaive = async (context: BrowserContext): Promise<Page> => {
  script ??= (
    await build({
      entryPoints: [join(root, 'bench/naive/list.ts')],
      absWorkingDir: root,
      bundle: true,
      write: false,
      minify: true,
      format: 'iife',
      platform: 'browser',
      define: {
        'process.env.NODE_ENV': '"production"',
        __VUE_OPTIONS_API__: 'false',
        __VUE_PROD_DEVTOOLS__: 'false',
        __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      },
    })
  ).outputFiles[0]!.text
  const page = await context.newPage()
  await page.setContent(`<style>${styles}</style><div id="app"></div>`)
  await page.addScriptTag({ content: script })
  return page
}

/** Bytes of JavaScript objects after a garbage collection. */
export const heapOf = async (cdp: CDPSession): Promise<number> => {
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  return usedSize
}
