import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'

/** A host that no machine has: requests to it never leave the browser. */
const origin = 'https://fonts.invalid'

const sheets = [
  '@fontsource/noto-sans-sc/400.css',
  '@fontsource/noto-sans-sc/700.css',
  // The whole font: Chromium draws nothing from the slices of the colour font that the package also has.
  '@fontsource/noto-color-emoji/emoji-400.css',
]

let rules: Promise<string> | undefined

/**
 * Makes Chinese and emoji visible on machines that have no such fonts, for every document that `page` loads from now
 * on, frames included. The fonts are named 'Noto Sans SC' and 'Noto Color Emoji'; the product's font stack ends with both.
 * Only the slices of a font whose characters a document shows are read.
 */
export async function drawChinese(page: Page): Promise<void> {
  rules ??= readRules()
  const css = await rules
  await page.route(`${origin}/**`, async (route) => {
    const [, family, file] = new URL(route.request().url()).pathname.split('/')
    if (!family || !file) return route.abort()
    return route.fulfill({
      body: await readFile(join(folderOf(`@fontsource/${family}/package.json`), 'files', file)),
      contentType: 'font/woff2',
      headers: { 'access-control-allow-origin': '*' },
    })
  })
  await page.addInitScript(addStyle, css)
}

async function readRules(): Promise<string> {
  const parts = await Promise.all(
    sheets.map(async (sheet) => {
      const family = sheet.split('/')[1]
      const css = await readFile(require.resolve(sheet), 'utf8')
      return css.replaceAll('./files/', `${origin}/${family}/`)
    }),
  )
  return parts.join('\n')
}

function folderOf(sheet: string): string {
  return dirname(require.resolve(sheet))
}

/** Runs inside the document, before it has any element. */
function addStyle(css: string): void {
  const add = (): void => {
    const style = document.createElement('style')
    style.textContent = css
    document.head.append(style)
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', add)
  else add()
}
