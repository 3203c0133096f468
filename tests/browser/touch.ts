import type { Locator, Page } from 'playwright-core'

/** Longer than any target's long press (WeChat 350 ms, uni-app 350 ms). */
const holdTime = 500

/** Puts a finger on an element, holds it there and lifts it. */
export async function holdFinger(page: Page, target: Locator): Promise<void> {
  await target.scrollIntoViewIfNeeded()
  const box = await target.boundingBox()
  if (!box) throw new Error('The element to press is not visible')
  const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const session = await page.context().newCDPSession(page)
  try {
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] })
    await page.waitForTimeout(holdTime)
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  } finally {
    await session.detach()
  }
}
