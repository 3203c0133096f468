import type { TestServer } from '../../e2e/server'
import { signIn } from '../../browser/operate'
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
