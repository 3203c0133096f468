import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { rest, type RestPerson } from '../tests/e2e/rest'
import { startServer, type TestServer } from '../tests/e2e/server'
import { enterRoom, isLive, signIn } from '../tests/h5/support/client'
import { defineBench } from './lib/bench'
import { paced } from './lib/chatLoad'
import { roomMessageFrame, wireMessage } from './lib/frames'
import { heapOf, newPhone, openNaive, startBrowser, stopBrowser } from './lib/h5Pages'

const sizes = [10_000, 100_000] as const
const naiveSize = 10_000
const pageSize = 5_000
const spanMs = 3000
const perSecond = 20
const pxPerFrame = 60

type Size = (typeof sizes)[number]

type View = { context: BrowserContext; page: Page; heap: number; nodes: number }

type State = {
  server: TestServer
  bob: RestPerson
  room: string
  views: Record<Size, View>
  naive: View
}

/** The store of the messages, by the way on which Vue's own tools find it. */
type ChatStore = { loadOlder(): Promise<void>; chunks: { rows: unknown[] }[] }

/** REST has dates as texts. */
const restMessage = (room: string, index: number): Record<string, unknown> => {
  const message = wireMessage(room, index)
  const at = new Date((message.ts as { $date: number }).$date).toISOString()
  return { ...message, ts: at, _updatedAt: at }
}

/** Answers the pages of history that follow the first one, large ones, so that 100,000 messages come in seconds. */
const answerHistory = async (page: Page, room: string, size: number): Promise<void> => {
  let left = size
  await page.route(/\/api\/v1\/channels\.history/, (route) => {
    const count = Math.min(pageSize, left)
    const messages = Array.from({ length: count }, (_, i) => restMessage(room, left - 1 - i))
    left -= count
    return route.fulfill({ json: { success: true, messages } })
  })
}

const openRoomOf = async (server: TestServer, room: string, size: number): Promise<View> => {
  const context = await newPhone()
  const page = await context.newPage()
  await page.goto(server.url)
  await signIn(page, 'alice')
  const cdp = await context.newCDPSession(page)
  const heapBefore = await heapOf(cdp)
  await enterRoom(page, room)
  await isLive(page)
  await answerHistory(page, room, size)
  await page.evaluate(async (wanted) => {
    type Root = {
      __vue_app__: { config: { globalProperties: { $pinia: { _s: Map<string, unknown> } } } }
    }
    const root = document.querySelector('#app') as unknown as Root
    const chat = root.__vue_app__.config.globalProperties.$pinia._s.get('chat') as ChatStore
    const count = (): number => chat.chunks.reduce((sum, { rows }) => sum + rows.length, 0)
    for (let tries = 0; count() < wanted && tries < 200; tries += 1) await chat.loadOlder()
    if (count() < wanted) throw new Error(`only ${count()} messages are loaded`)
  }, size)
  return viewOf(context, page, cdp, heapBefore)
}

const viewOf = async (
  context: BrowserContext,
  page: Page,
  cdp: CDPSession,
  heapBefore: number,
): Promise<View> => ({
  context,
  page,
  heap: ((await heapOf(cdp)) - heapBefore) / 1024 / 1024,
  nodes: await page.evaluate(() => document.querySelectorAll('#messages *').length),
})

const openNaiveOf = async (size: number): Promise<View> => {
  const context = await newPhone()
  const page = await openNaive(context)
  const cdp = await context.newCDPSession(page)
  const heapBefore = await heapOf(cdp)
  const all = Array.from({ length: size }, (_, index) => wireMessage('naive', index))
  await page.evaluate(async (messages) => {
    ;(globalThis as unknown as { fill(all: unknown): void }).fill(messages)
    await new Promise((resolve) => setTimeout(resolve, 500))
    const list = document.querySelector('#messages')!
    list.scrollTop = list.scrollHeight
  }, all)
  return viewOf(context, page, cdp, heapBefore)
}

const setUp = async (): Promise<State> => {
  await startBrowser()
  const server = await startServer()
  const bob = await rest(server.url).signIn('bob')
  const room = await bob.roomId('release-notes')
  const views = {
    10_000: await openRoomOf(server, room, 10_000),
    100_000: await openRoomOf(server, room, 100_000),
  }
  return { server, bob, room, views, naive: await openNaiveOf(naiveSize) }
}

type Frames = { fps: number; longest: number; late: number }

/** Scrolls towards older messages, a step in every frame, and times the frames. */
const scrollFor = (page: Page): Promise<Frames> =>
  page.evaluate(
    async ({ ms, px }) => {
      const list = document.querySelector('#messages')!
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve))
      await frame()
      const started = await frame()
      let last = started
      const gaps: number[] = []
      while (last - started < ms) {
        list.scrollTop -= px
        const now = await frame()
        gaps.push(now - last)
        last = now
      }
      return {
        fps: (gaps.length / (last - started)) * 1000,
        longest: Math.max(...gaps),
        late: (gaps.filter((gap) => gap > 32).length / gaps.length) * 100,
      }
    },
    { ms: spanMs, px: pxPerFrame },
  )

const during = async <T>(
  work: Promise<T>,
  send: (index: number) => Promise<unknown>,
): Promise<T> => {
  const [result] = await Promise.all([work, paced(perSecond, spanMs - 200, send)])
  return result
}

let number = 0

const named = (name: string, { fps, longest, late }: Frames): Record<string, number> => ({
  [`${name}Fps`]: fps,
  [`${name}Longest`]: longest,
  [`${name}Late`]: late,
})

const measureOurs = async ({ views, bob, room }: State): Promise<Record<string, number>> => {
  const found: Record<string, number> = {}
  for (const size of sizes) {
    const { page, heap, nodes } = views[size]
    const send = (): Promise<unknown> =>
      bob.send(room, `滚动时的消息 while scrolling ${(number += 1)}`)
    Object.assign(found, named(`idle${size}`, await scrollFor(page)))
    Object.assign(found, named(`busy${size}`, await during(scrollFor(page), send)))
    const mounted = await page.evaluate(() => document.querySelectorAll('*').length)
    Object.assign(found, { [`heap${size}`]: heap, [`nodes${size}`]: Math.max(nodes, mounted) })
  }
  return found
}

const measureNaive = async ({ naive }: State): Promise<Record<string, number>> => {
  const { page, heap, nodes } = naive
  const receive = (): Promise<unknown> =>
    page.evaluate(
      (text) => {
        ;(globalThis as unknown as { receive(text: string): void }).receive(text)
      },
      roomMessageFrame('naive', naiveSize + (number += 1)),
    )
  return {
    ...named('naiveIdle', await scrollFor(page)),
    ...named('naiveBusy', await during(scrollFor(page), receive)),
    naiveHeap: heap,
    naiveNodes: nodes,
  }
}

type Targets = { fps?: number; longest?: number }

const framesOf = (
  name: string,
  label: string,
  more: { subject?: string },
  targets: Targets = {},
) => {
  const { fps, longest } = targets
  return {
    [`${name}Fps`]: { label, unit: 'frames/s', better: 'higher', ...more, ...targetOf(fps) },
    [`${name}Longest`]: {
      label: `${label}: longest frame`,
      unit: 'ms',
      better: 'lower',
      ...more,
      ...targetOf(longest),
    },
    [`${name}Late`]: {
      label: `${label}: over 32 ms`,
      unit: '% of frames',
      better: 'lower',
      ...more,
    },
  } as const
}

const targetOf = (target: number | undefined): { target?: number } =>
  target === undefined ? {} : { target }

const sizeMetrics = (size: Size, heapTarget: number) => ({
  ...framesOf(`idle${size}`, `${size} messages, scrolling`, {}, { fps: 59, longest: 32 }),
  ...framesOf(`busy${size}`, `${size}, 20 messages/s coming`, {}, { fps: 59, longest: 32 }),
  [`heap${size}`]: {
    label: `${size} messages: JavaScript heap of the room`,
    unit: 'MB',
    better: 'lower',
    target: heapTarget,
  } as const,
  [`nodes${size}`]: {
    label: `${size} messages: elements of the whole page`,
    unit: 'elements',
    better: 'lower',
    target: 800,
  } as const,
})

const naiveInfo = { subject: `one v-for, ${naiveSize} messages` }

export const bench = defineBench<State>({
  name: 'scroll',
  title: 'Scrolling a room: H5 in headless Chromium, no graphics processor, 60 px per frame',
  repeats: 3,
  metrics: {
    ...sizeMetrics(10_000, 12),
    ...sizeMetrics(100_000, 60),
    ...framesOf('naiveIdle', 'scrolling', naiveInfo),
    ...framesOf('naiveBusy', '20 messages/s coming', naiveInfo),
    naiveHeap: { label: 'JavaScript heap', unit: 'MB', better: 'lower', ...naiveInfo },
    naiveNodes: { label: 'elements', unit: 'elements', better: 'lower', ...naiveInfo },
  },
  setUp,
  measure: async (state) => ({ ...(await measureOurs(state)), ...(await measureNaive(state)) }),
  tearDown: async ({ server }) => {
    await stopBrowser()
    await server.stop()
  },
})
