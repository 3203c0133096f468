import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { disconnectBrowser } from '../../browser/browser'
import { openRoom, signIn } from '../../browser/operate'
import { rest } from '../../e2e/rest'
import { startServer, type TestServer } from '../../e2e/server'
import type { MiniProgram } from '../host/handle'
import { launchClient } from './client'

jest.setTimeout(60_000)

const output = resolve(__dirname, '../output')

let server: TestServer
let program: MiniProgram

beforeAll(async () => {
  await mkdir(output, { recursive: true })
  server = await startServer()
})

afterEach(() => program.end())
afterAll(async () => {
  await server.stop()
  await disconnectBrowser()
})

type Look = { language: string; colorScheme: 'light' | 'dark' }

const looks: Look[] = [
  { language: 'zh_CN', colorScheme: 'dark' },
  { language: 'en', colorScheme: 'light' },
]

it.each(looks)('draws the list and a room: $language $colorScheme', async (look) => {
  program = await launchClient(server, { ...look, fonts: true })
  await signIn(program, 'alice')
  await program.id('connection').waitFor({ state: 'detached' })
  await picture(look, 'list')
  expect(await box('conversations')).toMatchObject({ x: 0, width: 390, bottom: 844 })

  await openRoom(program, await (await rest(server.url).signIn('alice')).roomId('project-aurora'))
  await picture(look, 'room')
  const [messages, composer] = [await box('messages'), await box('composer')]
  expect(messages).toMatchObject({ x: 0, width: 390 })
  expect(messages.bottom).toBeLessThan(composer.y)
  // An empty composer is one line high, and above the home indicator; the title ends before the capsule.
  expect(composer.bottom - composer.y).toBeLessThanOrEqual(48)
  expect(composer.bottom).toBeLessThanOrEqual(844 - 34)
  expect((await box('nav-title')).right).toBeLessThanOrEqual(390 - 94)
  expect((await box('nav-title')).y).toBeGreaterThanOrEqual(47)

  await program.fill('composer', Array.from({ length: 12 }, (_, line) => `line ${line}`).join('\n'))
  const grown = await box('composer')
  expect(grown.bottom - grown.y).toBeGreaterThan(100)
  expect(grown.bottom - grown.y).toBeLessThanOrEqual(140)
  expect((await box('messages')).bottom).toBeLessThan(grown.y)
  await program.close()
})

type Box = { x: number; y: number; width: number; right: number; bottom: number }

async function box(id: string): Promise<Box> {
  return program.id(id).evaluate((element) => {
    const { x, y, width, right, bottom } = element.getBoundingClientRect()
    return { x, y, width, right, bottom }
  })
}

/** Draws over the page what WeChat and the phone draw there: clock, capsule and home indicator. */
function drawPhone(): void {
  document.querySelector('#phone')?.remove()
  const phone = document.createElement('div')
  phone.id = 'phone'
  phone.style.cssText = 'position:fixed;inset:0;z-index:9999;pointer-events:none;color:#888'
  phone.innerHTML = `<b style="position:absolute;left:34px;top:14px">9:41</b>
    <div style="position:absolute;right:7px;top:51px;width:85px;height:30px;border:1px solid;
      border-radius:16px;text-align:center;line-height:28px">••• | ◎</div>
    <div style="position:absolute;left:127px;right:127px;bottom:8px;height:5px;border-radius:3px;
      background:currentColor"></div>`
  document.body.append(phone)
}

/** Takes a picture and checks what no eye has to: nothing is wider than the screen. */
async function picture({ language, colorScheme }: Look, name: string): Promise<void> {
  const { page } = program
  await page.evaluate(drawPhone)
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({
    path: resolve(output, `${name}-${language.slice(0, 2)}-${colorScheme}.png`),
    animations: 'disabled',
  })
  expect(
    await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    ),
  ).toBe(0)
}
