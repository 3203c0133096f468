import { disconnectBrowser } from '../../browser/browser'
import { storageOf } from '../../browser/chatFlow'
import { conversations } from '../../browser/operate'
import { rest, type RestPerson } from '../../e2e/rest'
import { startServer, type TestServer } from '../../e2e/server'
import type { MiniProgram } from '../host/handle'
import { launchMiniProgram, type LaunchOptions } from '../host/launch'

export const build = 'dist/build/mp-weixin'

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

/** What a phone's storage holds after this demo person has signed in on it. */
export function signedInStorage(
  server: TestServer,
  username: string,
): Promise<Record<string, unknown>> {
  return storageOf(launchClient, server, username)
}

/** A server of the test file's own, two people who act over REST, and what alice's phone keeps. */
export type World = {
  server: TestServer
  alice: RestPerson
  bob: RestPerson
  signedIn: Record<string, unknown>
}

/** Registers set-up and end of the world; its fields are there when the tests run. */
export function useWorld(prepare: (world: World) => Promise<void> = async () => {}): World {
  const world = {} as World
  beforeAll(async () => {
    const server = await startServer()
    world.server = server
    world.alice = await rest(server.url).signIn('alice')
    world.bob = await rest(server.url).signIn('bob')
    world.signedIn = await signedInStorage(server, 'alice')
    await prepare(world)
  })
  afterAll(async () => {
    await world.server.stop()
    await disconnectBrowser()
  })
  return world
}

/** Alice's phone with the list of conversations on the screen. */
export async function startPhone({ server, signedIn }: World): Promise<MiniProgram> {
  const program = await launchClient(server, { storage: signedIn })
  await conversations(program).first().waitFor()
  return program
}

/** As `useWorld`, with one phone for all tests of the file. */
export function useWorldWithPhone(
  prepare?: (world: World) => Promise<void>,
): World & { program: MiniProgram } {
  const world = useWorld(prepare) as World & { program: MiniProgram }
  beforeAll(async () => {
    world.program = await startPhone(world)
  })
  afterAll(() => world.program.end())
  return world
}

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
