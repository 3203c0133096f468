import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join, normalize, resolve } from 'node:path'
import { newPhonePage, type PhoneOptions } from '../../browser/browser'
import { drawChinese } from '../../browser/fonts'
import { startHostServer, type FileSource, type Hosts } from '../../browser/nativeBridge'
import { bundleRuntime, type RuntimeOptions } from '../../browser/runtimeBundle'
import { createAppHandle, type AppProgram } from './handle'
import type { AppBootOptions } from './types'

export type AppLaunchOptions = AppBootOptions & {
  colorScheme?: 'light' | 'dark'
  /** Servers that are somewhere else than the build says. */
  hosts?: Hosts
  viewport?: { width: number; height: number }
  /** Whether screenshots must show Chinese and emoji; costs a second, so false when left out. */
  fonts?: boolean
}

/** Milliseconds until a locator gives up: less than jest's patience, so that the failure names the element. */
const patience = 4000

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html',
  '.json': 'application/json',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
}

const document = `<!doctype html><html><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>
<body style="margin:0;background:#fff"></body></html>`

/** Gives each webview its id and its `plus` before its own scripts run. */
const viewPrelude = `<head><base href="/"><script>
window.__id__ = frameElement.dataset.id; window.plus = parent.createViewPlus(window.__id__)
</script>`

/**
 * Runs a built app (dist/build/app) in the test browser, over an emulated phone.
 * @throws when the build is missing or the app fails while it starts
 */
export async function launchApp(
  directory: string,
  options: AppLaunchOptions = {},
): Promise<AppProgram> {
  if (!existsSync(join(directory, 'app-service.js'))) {
    throw new Error(`No app in ${directory}: build it first (npm run build:app)`)
  }
  const { colorScheme, viewport, fonts, hosts, ...bootOptions } = options
  const [host, service] = await Promise.all([
    bundleRuntime(join(__dirname, 'runtime/main.ts')),
    bundleRuntime(join(__dirname, 'runtime/service.ts'), serviceBuild()),
  ])
  const server = await startHostServer(appFiles(directory, service), hosts)
  const phone: PhoneOptions = { ...viewport }
  if (colorScheme) phone.colorScheme = colorScheme
  const page = await newPhonePage(phone)
  page.setDefaultTimeout(patience)
  if (fonts === true) await drawChinese(page)
  const handle = createAppHandle(page, server)
  try {
    await page.goto(server.origin)
    await page.addScriptTag({ content: host })
    await page.evaluate((choice) => globalThis.bootApp(choice), bootOptions)
    await page.waitForSelector('iframe[data-top]')
    return handle
  } catch (error) {
    const complaints = handle.problems.join('\n')
    await handle.end()
    throw new Error(`The app did not start\n${complaints}`, { cause: error })
  }
}

/** The features that uni-app's own builds choose for an App. */
function serviceBuild(): RuntimeOptions {
  const languages = { EN: true, ES: false, FR: false, ZH_HANS: true, ZH_HANT: false, LOCALE: false }
  const define: Record<string, string> = {
    'process.env.UNI_DEBUG': 'false',
    'process.env': '{}',
    __PLATFORM__: '"app"',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_OPTIONS_API__: 'true',
    __APP_VIEW__: 'false',
    __NODE_JS__: 'false',
    __X__: 'false',
  }
  for (const [name, value] of Object.entries(languages)) {
    define[name === 'LOCALE' ? '__UNI_FEATURE_I18N_LOCALE__' : `__UNI_FEATURE_I18N_${name}__`] =
      String(value)
  }
  return {
    define,
    alias: { vue: require.resolve('@dcloudio/uni-app-vue/dist/vue.runtime.esm.prod.js') },
  }
}

function appFiles(directory: string, service: string): FileSource {
  const root = resolve(directory)
  return (path) => {
    if (path === '/') return { type: 'text/html', body: document }
    if (path === '/__service.js') return { type: 'text/javascript', body: service }
    const file = normalize(join(root, path))
    const type = types[extname(file)] ?? 'application/octet-stream'
    if (!file.startsWith(root) || !existsSync(file) || !statSync(file).isFile()) {
      // Every page asks for a style sheet of its name, also one that has no styles.
      return type === 'text/css' ? { type, body: '' } : undefined
    }
    return { type, body: adapt(path, readFileSync(file)) }
  }
}

/** Two files are changed on their way: the view's document, and the file: addresses of its images. */
function adapt(path: string, body: Buffer): Buffer | string {
  if (path === '/__uniappview.html') return body.toString().replace('<head>', viewPrelude)
  if (path === '/uni-app-view.umd.js') return body.toString().replaceAll('"file://"', '""')
  return body
}
