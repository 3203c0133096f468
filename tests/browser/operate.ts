import type { Locator, Page } from 'playwright-core'
import { eventually } from './eventually'

/** What a person does with the client; the hosts of the mini-program and of the App both have it. */
export type Operable = {
  page: Page
  id(id: string): Locator
  find(selector: string): Locator
  fill(id: string, text: string): Promise<void>
  tap(id: string): Promise<void>
  stack(): Promise<string[]>
}

/** How long the client may take for what crosses the network, in ms. */
export const patience = 8000

/** Route of one of the client's pages, for example `room`. */
export function routeOf(name: string): string {
  return `src/pages/${name}/${name}`
}

/** Waits until this page is on top. */
export async function expectPage(program: Operable, name: string): Promise<void> {
  await eventually(async () => expect((await program.stack()).at(-1)).toBe(routeOf(name)), patience)
}

/** Signs in on the page that a first start shows, and waits for the conversations. */
export async function signIn(program: Operable, username: string): Promise<void> {
  await program.id('account').waitFor()
  await program.fill('account', username)
  await program.fill('password', `${username}-demo`)
  await program.tap('submit')
  await conversations(program).first().waitFor({ timeout: patience })
}

/** The lines of the list, from the top. */
export function conversations(program: Operable): Locator {
  return program.find('[id*="room-"]')
}

/** Opens a conversation from the list and waits until its messages and its connection are there. */
export async function openRoom(program: Operable, roomId: string): Promise<void> {
  await program.tap(`room-${roomId}`)
  await program.id('composer').waitFor()
  await eventually(async () => expect((await rows(program)).length).toBeGreaterThan(0), patience)
  await program.id('connection').waitFor({ state: 'detached', timeout: patience })
}

/** Writes and sends a message in the open room. */
export async function send(program: Operable, text: string): Promise<void> {
  await program.fill('composer', text)
  await program.tap('send')
}

/** One drawn message: id, text, and where it is in the window, in px. */
export type DrawnRow = { id: string; text: string; top: number; bottom: number }

/** The messages that the open room draws now, from top to bottom. */
export async function rows(program: Operable): Promise<DrawnRow[]> {
  const drawn = await program.find('[id*="m-"]').evaluateAll((elements) =>
    elements.map((element) => {
      const { top, bottom } = element.getBoundingClientRect()
      const id = /(?:^|--)m-(.+)$/.exec(element.id)?.[1] ?? ''
      return { id, text: element.firstElementChild?.textContent ?? '', top, bottom }
    }),
  )
  return drawn.filter(({ id }) => id !== '').sort((a, b) => a.top - b.top)
}

/** Waits until the open room draws exactly one message with this text. */
export async function shows(program: Operable, text: string): Promise<void> {
  await eventually(async () => {
    const found = (await rows(program)).filter((row) => row.text === text)
    expect(found.map((row) => row.text)).toEqual([text])
  }, patience)
}
