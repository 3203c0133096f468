import type { Locator, Page } from 'playwright-core'
import { eventually } from '../browser/eventually'
import { holdFinger } from '../browser/touch'
import { rest, type RestPerson } from '../e2e/rest'
import {
  bubbleOf,
  bubbleWith,
  enterRoom,
  isLive,
  markOf,
  openAs,
  ownErrors,
  patience,
  says,
  send,
  startProduct,
  stopProduct,
  write,
  type Client,
} from './support/client'

jest.setTimeout(60_000)

let alice: RestPerson
let roomId: string
let phone: Client
let page: Page

beforeAll(async () => {
  const server = await startProduct()
  alice = await rest(server.url).signIn('alice')
  roomId = await alice.roomId('bob')
  phone = await openAs(server.url, 'alice')
  page = phone.page
  await enterRoom(page, roomId)
  await isLive(page)
})

afterAll(async () => {
  expect(ownErrors(phone.errors)).toEqual([])
  await phone.close()
  await stopProduct()
})

/** A message of alice that the server has and her phone shows. */
async function stored(text: string): Promise<{ id: string; row: Locator }> {
  const { _id } = await alice.send(roomId, text)
  await bubbleOf(page, _id).waitFor()
  return { id: _id, row: page.locator('.row', { has: bubbleOf(page, _id) }) }
}

async function choose(id: string, label: string): Promise<void> {
  // A question that was just answered covers the page until it has faded.
  await page.locator('uni-modal').waitFor({ state: 'hidden' })
  await holdFinger(page, bubbleOf(page, id))
  await page.locator('.sheet-item', { hasText: label }).tap()
}

async function edit(id: string, text: string): Promise<void> {
  await choose(id, '编辑')
  await write(page, text)
  await page.locator('#send').tap()
}

it('shows a clock on a message, and a tick once the server has it; nothing on those of others', async () => {
  await page.route('**/api/v1/chat.sendMessage', (route) => route.abort())
  await send(page, 'clock, then tick')
  const row = page.locator('.row', { hasText: 'clock, then tick' })
  await page.locator('.row.waiting', { hasText: 'clock, then tick' }).waitFor()
  expect(await markOf(row.locator('.meta'))).toBe('clock')
  await page.unroute('**/api/v1/chat.sendMessage')
  await page.locator('.row.waiting, .row.sending').waitFor({ state: 'detached', timeout: 40_000 })
  expect(await markOf(row.locator('.meta'))).toBe('tick')
  expect(await markOf(page.locator('.row.other .meta').last())).toBe('')
})

it('shows a clock on an edit that no answer came to and says why below the title, until the server has it', async () => {
  const { id, row } = await stored('before the edit')
  await page.route('**/api/v1/chat.update', (route) => route.abort())
  await edit(id, 'after the edit')
  await page.locator('.row.waiting', { hasText: 'after the edit' }).waitFor()
  expect(await markOf(row.locator('.meta'))).toBe('clock')
  await says(page.locator('#connection'), '服务器没有响应，正在重试…')

  await page.unroute('**/api/v1/chat.update')
  await page.locator('.row.waiting').waitFor({ state: 'detached', timeout: 40_000 })
  await page.locator('#connection').waitFor({ state: 'detached' })
  expect(await markOf(row.locator('.meta'))).toBe('tick')
  expect((await alice.history(roomId)).find(({ _id }) => _id === id)?.msg).toBe('after the edit')
})

it('shows a clock on a deletion until the server has done it', async () => {
  const { id } = await stored('to be deleted')
  await page.route('**/api/v1/chat.delete', (route) => route.abort())
  await choose(id, '删除')
  await page.locator('uni-modal .uni-modal__btn_primary').tap()
  const note = page.locator('.row.waiting .note')
  await note.waitFor()
  expect(await markOf(note)).toBe('clock')

  await page.unroute('**/api/v1/chat.delete')
  await note.waitFor({ state: 'detached', timeout: 40_000 })
  expect((await alice.history(roomId)).map(({ _id }) => _id)).not.toContain(id)
})

it('keeps a refused edit as it was typed, says so, and shows the message as it was when it is given up', async () => {
  const { id, row } = await stored('as it was')
  await page.route('**/api/v1/chat.update', (route) =>
    route.fulfill({
      status: 400,
      contentType: 'application/json',
      body: JSON.stringify({ success: false, errorType: 'error-action-not-allowed' }),
    }),
  )
  await edit(id, 'as it was typed')
  await page.locator('.row.failed', { hasText: 'as it was typed' }).waitFor()
  await says(row.locator('.meta'), '修改未发送')
  expect(await markOf(row.locator('.meta'))).toBe('alert')

  await bubbleOf(page, id).tap()
  await page.locator('.sheet-item', { hasText: '放弃修改' }).tap()
  await page.locator('.row.failed').waitFor({ state: 'detached' })
  await says(row.locator('.text'), 'as it was')
  await page.unroute('**/api/v1/chat.update')
})

it('says why a deletion was refused, and the message stays', async () => {
  const { id, row } = await stored('stays where it is')
  await page.route('**/api/v1/chat.delete', (route) =>
    route.fulfill({
      status: 400,
      contentType: 'application/json',
      body: JSON.stringify({ success: false, errorType: 'error-message-deleting-blocked' }),
    }),
  )
  await choose(id, '删除')
  await page.locator('uni-modal .uni-modal__btn_primary').tap()
  await page.locator('uni-toast', { hasText: '未删除。已超过修改这条消息的时限。' }).waitFor()
  await says(row.locator('.text'), 'stays where it is')
  await page.unroute('**/api/v1/chat.delete')
})

describe('a text typed for a message that is deleted', () => {
  const field = (): Locator => page.locator('#composer textarea')
  const isKept = async (text: string): Promise<void> => {
    await page
      .locator('uni-toast', { hasText: '这条消息已被删除，您输入的内容已保存为草稿。' })
      .waitFor()
    await page.locator('#editing').waitFor({ state: 'detached' })
    await eventually(async () => expect(await field().inputValue()).toBe(text), patience)
    await write(page, '')
    // The next one is asked for by the same words.
    await page.locator('uni-toast').waitFor({ state: 'hidden' })
  }

  it('stays in the field as a draft when the person deletes that message, and can be sent', async () => {
    const { id } = await stored('edited, then deleted')
    await choose(id, '编辑')
    await write(page, 'typed and not lost')
    await choose(id, '删除')
    await page.locator('uni-modal .uni-modal__btn_primary').tap()
    await page.locator('#editing').waitFor({ state: 'detached' })
    await eventually(
      async () => expect(await field().inputValue()).toBe('typed and not lost'),
      patience,
    )
    await page.locator('#send').tap()
    await bubbleWith(page, 'typed and not lost').waitFor()
  })

  it('stays in the field when it is deleted on another phone', async () => {
    const { id } = await stored('deleted elsewhere')
    await choose(id, '编辑')
    await write(page, 'typed meanwhile')
    await alice.remove(roomId, id)
    await isKept('typed meanwhile')
  })

  it('comes back into the field when its message is gone before the edit arrives', async () => {
    const { id } = await stored('gone before the edit')
    await page.route('**/api/v1/chat.update', (route) => route.abort())
    await edit(id, 'sent too late')
    await page.locator('.row.waiting', { hasText: 'sent too late' }).waitFor()
    await alice.remove(roomId, id)
    await isKept('sent too late')
    await page.unroute('**/api/v1/chat.update')
  })

  it('is there again after the room was left in the middle of the edit and the page was loaded anew', async () => {
    const { id } = await stored('left in the middle')
    await write(page, 'a draft from before')
    await choose(id, '编辑')
    await write(page, 'half of an edit')
    await page.goBack()
    await page.locator(`#room-${roomId}`).waitFor()
    await page.reload()
    await enterRoom(page, roomId)
    await page.locator('#editing').waitFor()
    expect(await field().inputValue()).toBe('half of an edit')

    await page.locator('#send').tap()
    await bubbleWith(page, 'half of an edit').waitFor()
    await page.locator('#editing').waitFor({ state: 'detached' })
    await eventually(
      async () => expect(await field().inputValue()).toBe('a draft from before'),
      patience,
    )
    expect(await bubbleOf(page, id).textContent()).toContain('half of an edit')
    await write(page, '')
  })
})

// After all others, because it leaves the room.
describe('the list of conversations', () => {
  it('shows what waits, with a clock, and no mark once the server has it', async () => {
    await page.route('**/api/v1/chat.sendMessage', (route) => route.abort())
    await send(page, 'waits in the list')
    await page.locator('.row.waiting', { hasText: 'waits in the list' }).waitFor()
    await page.goBack()
    const line = page.locator(`#room-${roomId}`)
    const mark = line.locator('.preview [role=img]')
    await mark.waitFor()
    expect(await mark.getAttribute('aria-label')).toBe('等待发送')
    expect((await mark.boundingBox())?.width).toBe(12)
    await says(line.locator('.preview'), '我: waits in the list')

    await page.unroute('**/api/v1/chat.sendMessage')
    await mark.waitFor({ state: 'detached', timeout: 40_000 })
    await says(line.locator('.preview'), '我: waits in the list')
  })
})
