import type { Locator } from 'playwright-core'
import { disconnectBrowser } from '../../browser/browser'
import { eventually } from '../../browser/eventually'
import { openRoom, patience, shows, signIn } from '../../browser/operate'
import { scroll, watchMiddle, type Step } from '../../browser/scrolling'
import { rest, type RestPerson, type StoredMessage } from '../../e2e/rest'
import { startServer, type TestServer } from '../../e2e/server'
import type { AppProgram } from '../host/handle'
import { launchClient } from './client'

jest.setTimeout(60_000)

/** Pixels per step: less than the list's height, so that no message is skipped. */
const step = 600
const tolerance = 0.5

let server: TestServer
let bob: RestPerson
let roomId: string
let stored: StoredMessage[]
let app: AppProgram
const seen = new Set<string>()

beforeAll(async () => {
  server = await startServer()
  bob = await rest(server.url).signIn('bob')
  roomId = await bob.roomId('release-notes')
  stored = (await bob.history(roomId)).filter(({ t }) => t === undefined)
  app = await launchClient(server)
  await signIn(app, 'alice')
  await openRoom(app, roomId)
})

afterAll(async () => {
  await app.end()
  await server.stop()
  await disconnectBrowser()
})

/** The element of uni's scroll-view that scrolls; no anchoring, as in the web view of iOS. */
function list(): Locator {
  return app.id('messages').locator('.uni-scroll-view').last()
}

/** Scrolls; everything that must hold at every step is checked here. */
async function turn(px: number, steps: number): Promise<Step> {
  await list().evaluate((element) => (element.style.overflowAnchor = 'none'))
  const taken = await scroll(list(), px, steps)
  for (const { shift, elements, ids } of taken) {
    expect(shift).toBeLessThan(tolerance)
    expect(elements).toBeLessThanOrEqual(800)
    const start = stored.findIndex(({ _id }) => _id === ids[0])
    expect(ids).toEqual(stored.slice(start, start + ids.length).map(({ _id }) => _id))
    for (const id of ids) seen.add(id)
  }
  return taken.at(-1) as Step
}

it('scrolls up through several pages of history and back without a jump of one pixel', async () => {
  await turn(step, 40)
  expect(seen.size).toBeGreaterThanOrEqual(180)
  const now = await turn(-step, 60)
  expect(now.isAtNewest).toBe(true)
  expect(now.ids.at(-1)).toBe(stored.at(-1)?._id)
})

it('stands still for a reader further up while messages come in, counts them and leads to the newest', async () => {
  await turn(step, 4)
  const standing = watchMiddle(list())
  for (let count = 1; count <= 3; count += 1) await bob.send(roomId, `incoming ${count}`)
  await eventually(async () => expect(await app.text('pill')).toBe('3 条新消息'), patience)
  await list().evaluate(() => window.dispatchEvent(new Event('stop-watching')))
  expect(await standing).toBeLessThan(tolerance)
  await app.tap('pill')
  await shows(app, 'incoming 3')
  await app.id('pill').waitFor({ state: 'detached' })
  expect(await app.takeComplaints()).toEqual([])
})
