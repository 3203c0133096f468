import type { Page } from 'playwright-core'
import { rest, type RestPerson } from '../e2e/rest'
import type { TestServer } from '../e2e/server'
import {
  bubbleWith,
  enterRoom,
  openAs,
  openClient,
  ownErrors,
  says,
  send,
  signIn,
  startProduct,
  stopProduct,
  write,
  type Client,
} from './support/client'

jest.setTimeout(30_000)

let server: TestServer
let alice: RestPerson
let roomId: string
let phone: Client

beforeAll(async () => {
  server = await startProduct()
  alice = await rest(server.url).signIn('alice')
  roomId = await alice.roomId('bob')
})

beforeEach(async () => {
  phone = await openAs(server.url, 'alice')
})

afterEach(async () => {
  await phone.close()
  expect(ownErrors(phone.errors)).toEqual([])
})

afterAll(stopProduct)

it('refuses a text of more than 5,000 characters and keeps it', async () => {
  const { page } = phone
  await enterRoom(page, roomId)
  const text = '长'.repeat(5001)
  await send(page, text)
  await page.getByText('消息太长：5001 个字符，最多 5000 个。').waitFor()
  expect(await page.locator('#composer textarea').inputValue()).toBe(text)
  expect(await page.locator('.sending, .waiting, .failed').count()).toBe(0)
  await write(page, text.slice(1))
  await page.locator('#send').tap()
  await bubbleWith(page, '长'.repeat(5000)).waitFor()
})

it('sends nothing when only blanks were typed', async () => {
  const { page, requests } = phone
  await enterRoom(page, roomId)
  await write(page, ' \n ')
  // The button says that it is disabled; a finger can touch it all the same.
  await page.locator('#send').tap({ force: true })
  expect(await page.locator('.sending, .waiting, .failed').count()).toBe(0)
  expect(requests.filter((address) => address.includes('sendMessage'))).toEqual([])
})

it('shows that a message was refused and sends it again when asked to', async () => {
  const { page } = phone
  await enterRoom(page, roomId)
  const text = `refused at first ${Date.now()}`
  await sendIntoNowhere(page, text)
  await page.locator('.failed .bubble').filter({ hasText: text }).tap()
  await choose(page, '重新发送')
  await page.locator('.failed').waitFor({ state: 'detached' })
  await page.locator('.waiting, .sending').waitFor({ state: 'detached' })
  await bubbleWith(page, text).waitFor()
  const stored = await alice.history(roomId)
  expect(stored.filter(({ msg }) => msg === text)).toHaveLength(1)
})

it('removes a refused message when asked to, for good', async () => {
  const { page } = phone
  await enterRoom(page, roomId)
  const text = `refused and given up ${Date.now()}`
  await sendIntoNowhere(page, text)
  await page.reload()
  await page.locator('.failed .bubble').filter({ hasText: text }).tap()
  await choose(page, '移除')
  await bubbleWith(page, text).waitFor({ state: 'detached' })
  await page.reload()
  await page.locator('#messages .bubble').first().waitFor()
  expect(await bubbleWith(page, text).count()).toBe(0)
})

it('says in a read-only room that only selected people write there', async () => {
  const bob = await rest(server.url).signIn('bob')
  const created = await bob.post('channels.create', {
    name: `notice-${Date.now()}`,
    members: ['alice'],
    readOnly: true,
  })
  const { _id } = created.channel as { _id: string }
  const { page } = phone
  await page.locator(`#room-${_id}`).tap()
  await says(page.locator('#composer-notice'), '此会话仅指定成员可以发言。')
  expect(await page.locator('#composer').count()).toBe(0)
})

it('says that a room of the address does not exist', async () => {
  const visitor = await openClient(server.url)
  await signIn(visitor.page, 'alice')
  await visitor.page.goto(`${server.url}/#/src/pages/room/room?id=doesNotExist12345`)
  await says(visitor.page.locator('#composer-notice'), '此会话不存在，或您无权查看。')
  await visitor.page.reload()
  await says(visitor.page.locator('#composer-notice'), '此会话不存在，或您无权查看。')
  await visitor.page.locator('#back').tap()
  await visitor.page.locator('#conversations .item').first().waitFor()
  await visitor.close()
  expect(visitor.errors).toEqual([])
})

/** The server itself refuses: on its way the message is addressed to a room that does not exist. */
async function sendIntoNowhere(page: Page, text: string): Promise<void> {
  await page.route('**/chat.sendMessage', async (route) => {
    const body = route.request().postDataJSON() as { message: Record<string, unknown> }
    const message = { ...body.message, rid: 'nowhereNowhere123' }
    await route.continue({ postData: JSON.stringify({ ...body, message }) })
  })
  await send(page, text)
  await page.locator('.failed').filter({ hasText: text }).waitFor()
  await page.unroute('**/chat.sendMessage')
}

async function choose(page: Page, label: string): Promise<void> {
  await page.locator('.sheet-item').filter({ hasText: label }).tap()
}
