import type { Locator } from 'playwright-core'
import { eventually } from '../../browser/eventually'
import type { TestServer } from '../../e2e/server'
import type { MiniProgram } from '../host/handle'
import { launchMiniProgram, type LaunchOptions } from '../host/launch'

export const build = 'dist/build/mp-weixin'
const page = (name: string): string => `src/pages/${name}/${name}`

/** How long the client may take for what crosses the network, in ms. */
export const patience = 8000

/** Starts the client's build as on a phone that finds the address of the build at `server`. */
export function launchClient(
  server: TestServer,
  options: LaunchOptions = {},
): Promise<MiniProgram> {
  return launchMiniProgram(build, {
    ...options,
    hosts: { '127.0.0.1:8080': new URL(server.url).host },
  })
}

/** What a person does with the client, the same on every target. */
export type Operable = Pick<MiniProgram, 'id' | 'find' | 'fill' | 'tap' | 'text' | 'page'>

/** Signs in on the page that a first start shows, and waits for the conversations. */
export async function signIn(program: Operable, username: string): Promise<void> {
  await program.id('account').waitFor()
  await program.fill('account', username)
  await program.fill('password', `${username}-demo`)
  await program.tap('submit')
  await conversations(program).first().waitFor({ timeout: patience })
}

/** What a phone's storage holds after this demo person has signed in on it. */
export async function signedInStorage(
  server: TestServer,
  username: string,
): Promise<Record<string, unknown>> {
  const program = await launchClient(server)
  try {
    await signIn(program, username)
    return await program.storage()
  } finally {
    await program.end()
  }
}

/** The lines of the list, from the top. */
export function conversations(program: Operable): Locator {
  return program.find('[id*="room-"]')
}

/** Opens a conversation from the list and waits until its messages and its connection are there. */
export async function openRoom(program: MiniProgram, roomId: string): Promise<void> {
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

/** Moves the open room's scroller towards older messages by this many px (negative: towards newer ones). */
export async function scrollBack(program: MiniProgram, distance: number): Promise<void> {
  await program.id('messages').evaluate((element, by) => element.scrollBy(0, by), distance)
}

export async function expectPage(program: MiniProgram, name: string): Promise<void> {
  await eventually(async () => expect((await program.stack()).at(-1)).toBe(page(name)), patience)
}

/** Path of the room's page with the query that opens this room. */
export const roomPage = page('room')

/** Scrolls up until the room begins, and back down to the newest message. */
export async function loadAllHistory(program: MiniProgram): Promise<void> {
  const messages = program.id('messages')
  await messages.evaluate(async (element) => {
    const end = Date.now() + 20_000
    const top = (): string => element.querySelector('[id$="--history-state"]')?.textContent ?? ''
    while (!top().includes('会话的开头') && Date.now() < end) {
      element.scrollTop = element.scrollHeight
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })
  expect(await program.text('history-state')).toBe('这是会话的开头')
  await messages.evaluate((element) => element.scrollBy(0, -1))
  await program.tap('pill')
  await program.id('pill').waitFor({ state: 'detached' })
}
