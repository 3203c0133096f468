import { existsSync, readFileSync } from 'node:fs'
import { extname, join, normalize, resolve } from 'node:path'
import { newPhonePage, type PhoneOptions } from '../../browser/browser'
import { drawChinese } from '../../browser/fonts'
import { startHostServer, type FileSource, type Hosts } from '../../browser/nativeBridge'
import { bundleRuntime } from '../../browser/runtimeBundle'
import { baseStyles } from './baseStyles'
import type { BootOptions, MiniProgramBundle } from './bundle'
import { compileMiniProgram } from './compile'
import { createHandle, type MiniProgram } from './handle'

export type LaunchOptions = BootOptions & {
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
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
}

const document = `<!doctype html><html><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>${baseStyles}</style></head><body></body></html>`

/**
 * Runs a built mini-program (dist/build/mp-weixin) on WeChat's component framework in the test browser.
 * @throws when the build is missing, a template is not valid WXML, or the program fails while it starts
 */
export async function launchMiniProgram(
  directory: string,
  options: LaunchOptions = {},
): Promise<MiniProgram> {
  if (!existsSync(join(directory, 'app.json'))) {
    throw new Error(`No mini-program in ${directory}: build it first (npm run build:mp-weixin)`)
  }
  const { colorScheme, viewport, fonts, hosts, ...bootOptions } = options
  const bundle = compileOnce(directory)
  const runtime = await bundleRuntime(join(__dirname, 'runtime/main.ts'))
  const server = await startHostServer(packageFiles(directory), hosts)
  const phone: PhoneOptions = { ...viewport }
  if (colorScheme) phone.colorScheme = colorScheme
  const page = await newPhonePage(phone)
  page.setDefaultTimeout(patience)
  if (fonts === true) await drawChinese(page)
  const handle = createHandle(page, server)
  try {
    await page.goto(server.origin)
    await page.addScriptTag({ content: runtime })
    await page.evaluate(({ program, choice }) => globalThis.bootMiniProgram(program, choice), {
      program: bundle,
      choice: bootOptions,
    })
    return handle
  } catch (error) {
    await handle.end()
    throw error
  }
}

const compiled = new Map<string, MiniProgramBundle>()

/** A build does not change while a test file runs. */
function compileOnce(directory: string): MiniProgramBundle {
  const bundle = compiled.get(directory) ?? compileMiniProgram(directory)
  compiled.set(directory, bundle)
  return bundle
}

/** The document at the root, and the package's own files (images) below /package. */
function packageFiles(directory: string): FileSource {
  const root = resolve(directory)
  return (path) => {
    if (path === '/') return { type: 'text/html', body: document }
    if (!path.startsWith('/package/')) return undefined
    const file = normalize(join(root, path.slice('/package'.length)))
    if (!file.startsWith(root) || !existsSync(file)) return undefined
    return { type: types[extname(file)] ?? 'application/octet-stream', body: readFileSync(file) }
  }
}
