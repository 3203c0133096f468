import { closePhonePage, disconnectBrowser, newPhonePage } from '../browser/browser'
import { drawChinese } from '../browser/fonts'

afterAll(disconnectBrowser)

describe('fonts of the test browser', () => {
  it('draws each Chinese character and each emoji in its own shape, where a missing font draws one box', async () => {
    const page = await newPhonePage({ width: 100, height: 60 })
    await drawChinese(page)
    await page.route('http://page.invalid/', (route) =>
      route.fulfill({
        contentType: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': "default-src 'self'" },
        body: `<body style="font: 30px 'Noto Sans SC', 'Noto Color Emoji'"></body>`,
      }),
    )
    await page.goto('http://page.invalid/')
    const blank = (await page.screenshot()).toString('base64')
    const pictures = new Set([blank])
    for (const text of ['聊', '天', '龘', '😀', '👍🏽', '❤️']) {
      await page.evaluate((shown) => (document.body.textContent = shown), text)
      pictures.add((await page.screenshot()).toString('base64'))
    }
    expect(pictures.size).toBe(7)
    await closePhonePage(page)
  })

  it('keeps pages apart: what one stores another does not see', async () => {
    const [first, second] = await Promise.all([
      newPhonePage(),
      newPhonePage({ colorScheme: 'dark' }),
    ])
    for (const page of [first, second]) {
      await page.route('http://page.invalid/', (route) =>
        route.fulfill({ contentType: 'text/html', body: '' }),
      )
      await page.goto('http://page.invalid/')
    }
    await first.evaluate(() => localStorage.setItem('name', 'first'))
    expect(await second.evaluate(() => localStorage.getItem('name'))).toBeNull()
    expect(await second.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(
      true,
    )
    await Promise.all([closePhonePage(first), closePhonePage(second)])
  })
})
