import type { BrowserContext, Page } from 'playwright-core'
import { rest, type RestPerson } from '../tests/e2e/rest'
import { startServer, ways, type TestServer, type Way } from '../tests/e2e/server'
import { enterRoom, isLive, signIn } from '../tests/h5/support/client'
import { defineBench } from './lib/bench'
import { paced } from './lib/chatLoad'
import { roomMessageFrame, wireMessage } from './lib/frames'
import { newPhone, openNaive, startBrowser, stopBrowser } from './lib/h5Pages'
import { percentile } from './lib/stats'
import { watchScreen } from './lib/watchScreen'

const perSecond = 10
const spanMs = 5000
const naiveRows = 500

type Open = {
  server: TestServer
  context: BrowserContext
  page: Page
  bob: RestPerson
  room: string
}

type State = { clients: Record<Way, Open>; naive: Page }

const openWay = async (way: Way): Promise<Open> => {
  const server = await startServer({ way })
  const bob = await rest(server.url).signIn('bob')
  const room = await bob.roomId('alice')
  const context = await newPhone(watchScreen)
  const page = await context.newPage()
  await page.goto(server.url)
  await signIn(page, 'alice')
  await enterRoom(page, room)
  await isLive(page)
  return { server, context, page, bob, room }
}

const setUp = async (): Promise<State> => {
  await startBrowser()
  const naive = await openNaive(await newPhone(watchScreen))
  const history = Array.from({ length: naiveRows }, (_, index) => wireMessage('naive', index))
  await naive.evaluate((all) => {
    // `setContent` has replaced the document that the observer watched.
    ;(globalThis as unknown as { fill(all: unknown): void }).fill(all)
  }, history)
  return { clients: { ddp: await openWay('ddp'), signalr: await openWay('signalr') }, naive }
}

let number = 0

const results = async (page: Page, name: string): Promise<Record<string, number>> => {
  await page.waitForTimeout(500)
  const { drawn, shown } = await page.evaluate(() => {
    const taken = { drawn: watched.drawn.splice(0), shown: watched.shown.splice(0) }
    return taken
  })
  const expected = (perSecond * spanMs) / 1000
  if (shown.length < expected * 0.8)
    throw new Error(`${name}: ${shown.length} of ${expected} shown`)
  return {
    [`${name}P50`]: percentile(shown, 0.5),
    [`${name}P99`]: percentile(shown, 0.99),
    [`${name}Drawn`]: percentile(drawn, 0.5),
  }
}

const measureWay = async ({ page, bob, room }: Open, way: Way) => {
  await paced(perSecond, spanMs, () => bob.send(room, `现在的构建 build sent:${(number += 1)};`))
  return results(page, way)
}

const measureNaive = async (page: Page): Promise<Record<string, number>> => {
  await paced(perSecond, spanMs, async () => {
    number += 1
    const text = roomMessageFrame('naive', naiveRows + number).replace('今天', `sent:${number};`)
    await page.evaluate(
      ([frame, id]) => {
        watched.arrivals.set(id!, performance.now())
        ;(globalThis as unknown as { receive(text: string): void }).receive(frame!)
      },
      [text, String(number)],
    )
  })
  return results(page, 'naive')
}

const ms = { unit: 'ms', better: 'lower' } as const
const shownIn = 'frame to screen, 10 messages/s'
const naive = { subject: `one v-for, ${naiveRows} messages` }
const metricsOf = (way: Way, name: string) => ({
  [`${way}P50`]: { ...ms, label: `${shownIn}, ${name}, p50` },
  [`${way}P99`]: { ...ms, label: `${shownIn}, ${name}, p99`, target: 60 },
  [`${way}Drawn`]: { ...ms, label: `frame to document, ${name}, p50` },
})

export const bench = defineBench<State>({
  name: 'screen',
  title: 'From the websocket frame to the screen: H5 in headless Chromium, no graphics processor',
  metrics: {
    ...metricsOf('ddp', 'front-end authentication'),
    ...metricsOf('signalr', 'back-end authentication'),
    naiveP50: { ...ms, ...naive, label: `${shownIn}, p50` },
    naiveP99: { ...ms, ...naive, label: `${shownIn}, p99` },
    naiveDrawn: { ...ms, ...naive, label: 'frame to document, p50' },
  },
  setUp,
  measure: async ({ clients, naive: page }) => {
    const found: Record<string, number> = {}
    for (const way of ways) Object.assign(found, await measureWay(clients[way], way))
    return { ...found, ...(await measureNaive(page)) }
  },
  tearDown: async ({ clients }) => {
    await stopBrowser()
    await Promise.all(ways.map((way) => clients[way].server.stop()))
  },
})
