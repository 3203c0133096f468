import { resolve } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { budgets, measureH5, measureMiniProgram } from '../scripts/sizes.mjs'
import { rest } from '../tests/e2e/rest'
import { startServer, type TestServer } from '../tests/e2e/server'
import { isLive, signIn } from '../tests/h5/support/client'
import { defineBench } from './lib/bench'
import { newPhone, startBrowser, stopBrowser } from './lib/h5Pages'
import { inParallel } from './lib/hubLoad'
import { watchTraffic, type Traffic } from './lib/traffic'

const roomCount = 200
/** Of the network in the runs that count calls, so that a call that waits for another one begins later. */
const latencyMs = 100

type State = { server: TestServer; context: BrowserContext }

declare global {
  // A property of the page, so `var`.
  var listShownAt: number | undefined
}

/** Runs in a page before its own scripts: notes when the first conversation is on the screen. */
const watchList = (): void => {
  new MutationObserver((_records, observer) => {
    if (document.querySelector('#conversations .item') === null) return
    observer.disconnect()
    requestAnimationFrame(() => {
      globalThis.listShownAt = performance.now()
    })
  }).observe(document, { childList: true, subtree: true })
}

/** Other people's channels with alice in them, on the chat server itself. */
const createRooms = async ({ url, embeddedUrl }: TestServer): Promise<void> => {
  const bob = await rest(url).signIn('bob')
  const headers = {
    'content-type': 'application/json',
    'x-user-id': bob.userId,
    'x-auth-token': bob.authToken ?? '',
  }
  const create = async (index: number): Promise<void> => {
    const body = JSON.stringify({ name: `start-${index}`, members: ['alice'] })
    const answer = await fetch(`${embeddedUrl}/api/v1/channels.create`, {
      method: 'POST',
      headers,
      body,
    })
    const { channel } = (await answer.json()) as { channel?: { _id: string } }
    if (channel === undefined) throw new Error(`channels.create: ${answer.status}`)
    await bob.send(channel._id, `今天的构建通过了 build is green in room ${index}`)
  }
  await inParallel(
    Array.from({ length: roomCount }, (_, index) => index),
    8,
    create,
  )
  // A client asks again for the last seconds before its newest document; rooms usually are older than that.
  await new Promise((wake) => setTimeout(wake, 6_000))
  await bob.send(await bob.roomId('alice'), '早')
}

const setUp = async (): Promise<State> => {
  await startBrowser()
  const server = await startServer()
  await createRooms(server)
  const context = await newPhone(watchList)
  const page = await context.newPage()
  await page.goto(server.url)
  await signIn(page, 'alice')
  await isLive(page)
  // Copies are kept when nothing has changed for two seconds.
  await page.waitForTimeout(4000)
  await page.close()
  return { server, context }
}

type Start = { shownMs: number; traffic: Traffic }

type Conditions = { slowdown?: number; latency?: number; hasCache?: boolean }

/** Opens the product anew, without the browser's own cache of files. */
const start = async ({ server, context }: State, conditions: Conditions): Promise<Start> => {
  const { slowdown = 1, latency = 0, hasCache = true } = conditions
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  const traffic = await watchTraffic(cdp)
  if (!hasCache) {
    const storageTypes = 'indexeddb'
    await cdp.send('Storage.clearDataForOrigin', { origin: server.url, storageTypes })
  }
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true })
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  if (latency > 0) {
    const unlimited = { downloadThroughput: -1, uploadThroughput: -1 }
    await cdp.send('Network.emulateNetworkConditions', { offline: false, latency, ...unlimited })
  }
  await page.goto(server.url)
  await page.waitForFunction(() => globalThis.listShownAt !== undefined, undefined, {
    timeout: 30_000,
  })
  const shownMs = (await page.evaluate(() => globalThis.listShownAt)) ?? NaN
  await isLive(page)
  await page.waitForTimeout(hasCache ? 1000 : 4000)
  const result = { shownMs, traffic: traffic() }
  await page.close()
  return result
}

const sizesOf = (): Record<string, number> => {
  const h5 = measureH5(resolve(__dirname, '../dist/build/h5'))
  const mini = measureMiniProgram(resolve(__dirname, '../dist/build/mp-weixin'))
  return {
    h5Size: h5.gzipBytes / 1024,
    mpSize: mini.mainBytes / 1024,
    mpSubSize: Math.max(0, ...mini.subPackages.map(({ bytes }) => bytes)) / 1024,
  }
}

const trafficOf = (name: string, traffic: Traffic): Record<string, number> => ({
  [`${name}Calls`]: traffic.calls,
  [`${name}Trips`]: traffic.roundTrips,
  [`${name}Bytes`]: traffic.kilobytes,
})

const measure = async (state: State): Promise<Record<string, number>> => {
  const cold = await start(state, { hasCache: false })
  const slowCold = await start(state, { hasCache: false, slowdown: 4 })
  const cached = await start(state, {})
  const slow = await start(state, { slowdown: 4 })
  const emptyTraffic = await start(state, { hasCache: false, latency: latencyMs })
  const cachedTraffic = await start(state, { latency: latencyMs })
  return {
    cached: cached.shownMs,
    cached4: slow.shownMs,
    empty: cold.shownMs,
    empty4: slowCold.shownMs,
    farCached: cachedTraffic.shownMs,
    farEmpty: emptyTraffic.shownMs,
    ...trafficOf('cached', cachedTraffic.traffic),
    ...trafficOf('empty', emptyTraffic.traffic),
    ...sizesOf(),
  }
}

const trafficMetrics = (name: string, how: string) =>
  ({
    [`${name}Calls`]: {
      label: `start traffic, ${how}: calls`,
      unit: 'calls',
      better: 'lower',
      target: 8,
    },
    [`${name}Trips`]: {
      label: `start traffic, ${how}: calls that waited for another`,
      unit: 'round trips',
      better: 'lower',
      target: 3,
    },
    [`${name}Bytes`]: { label: `start traffic, ${how}: bytes`, unit: 'KB', better: 'lower' },
  }) as const

const kilobytes = { unit: 'KB', better: 'lower' } as const
const ms = { unit: 'ms', better: 'lower' } as const
const empty = { subject: 'without what the device keeps' }

export const bench = defineBench<State>({
  name: 'start',
  title: `Cold start with ${roomCount} rooms: H5 in headless Chromium, nothing in its HTTP cache; sizes of the builds`,
  metrics: {
    cached: { ...ms, label: 'rooms on the screen', target: 350 },
    empty: { ...ms, ...empty, label: 'rooms on the screen' },
    cached4: { ...ms, label: 'rooms on the screen, processor at a quarter', target: 1100 },
    empty4: { ...ms, ...empty, label: 'rooms on the screen, processor at a quarter' },
    farCached: { ...ms, label: `rooms on the screen, network ${latencyMs} ms away` },
    farEmpty: { ...ms, ...empty, label: `rooms on the screen, network ${latencyMs} ms away` },
    ...trafficMetrics('cached', 'rooms kept'),
    ...trafficMetrics('empty', 'nothing kept'),
    h5Size: {
      ...kilobytes,
      label: 'H5: JavaScript before the list, gzip',
      target: budgets.h5InitialGzipBytes / 1024,
    },
    mpSize: {
      ...kilobytes,
      label: 'mini-program: main package',
      target: budgets.mpMainBytes / 1024,
    },
    mpSubSize: {
      ...kilobytes,
      label: 'mini-program: largest sub-package',
      target: budgets.mpSubPackageBytes / 1024,
    },
  },
  setUp,
  measure,
  tearDown: async ({ server }) => {
    await stopBrowser()
    await server.stop()
  },
})
