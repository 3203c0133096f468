import type { Locator } from 'playwright-core'
import { rest, type RestPerson } from '../e2e/rest'
import { startServer, ways, type TestServer } from '../e2e/server'
import { disconnectBrowser } from './browser'
import { eventually } from './eventually'
import {
  conversations,
  expectPage,
  openRoom,
  patience,
  rows,
  send,
  shows,
  signIn,
  type Operable,
} from './operate'

/** A program on an emulated phone: what the hosts of the mini-program and of the App have in common. */
export type PhoneProgram = Operable & {
  text(id: string): Promise<string>
  storage(): Promise<Record<string, unknown>>
  hide(): Promise<void>
  show(): Promise<void>
  setOnline(online: boolean): Promise<void>
  end(): Promise<void>
  close(): Promise<void>
}

export type Launch<P> = (
  server: TestServer,
  options?: { storage?: Record<string, unknown> },
) => Promise<P>

/** Filled before the tests run. */
export type ChatContext<P> = {
  server: TestServer
  alice: RestPerson
  bob: RestPerson
  /** The direct conversation of the two. */
  roomId: string
  /** What a phone keeps after alice has signed in. */
  signedIn: Record<string, unknown>
  /** Ended after each test. */
  program: P
}

/** Tests that only one of the platforms has. */
export type OwnTests<P> = {
  firstStart(context: ChatContext<P>): void
  /** Each begins with the list of the person who is signed in. */
  conversation(context: ChatContext<P>): void
}

/** What everybody does with the client, on a platform that runs in an emulated host, in both ways of authentication. */
export function describeChat<P extends PhoneProgram>(launch: Launch<P>, own: OwnTests<P>): void {
  describe.each(ways)('over %s:', (way) => {
    const context = {} as ChatContext<P>

    beforeAll(async () => {
      const server = await startServer({ way })
      context.server = server
      context.alice = await rest(server.url).signIn('alice')
      context.bob = await rest(server.url).signIn('bob')
      context.roomId = await context.alice.roomId('bob')
      context.signedIn = await storageOf(launch, server, 'alice')
    })

    afterEach(() => context.program.end())
    afterAll(async () => {
      await context.server.stop()
      await disconnectBrowser()
    })

    describe('the first start', () => {
      firstStart(launch, context)
      own.firstStart(context)
    })

    describe('a conversation', () => {
      beforeEach(async () => {
        context.program = await launch(context.server, { storage: context.signedIn })
        await conversations(context.program).first().waitFor()
      })
      messages(context)
      interruptions(context)
      own.conversation(context)
    })
  })
}

/** What a phone's storage holds after this demo person has signed in on it. */
export async function storageOf<P extends PhoneProgram>(
  launch: Launch<P>,
  server: TestServer,
  username: string,
): Promise<Record<string, unknown>> {
  const program = await launch(server)
  try {
    await signIn(program, username)
    return await program.storage()
  } finally {
    await program.end()
  }
}

function firstStart<P extends PhoneProgram>(launch: Launch<P>, context: ChatContext<P>): void {
  it('refuses a wrong password with a sentence, then signs in and shows the conversations', async () => {
    const program = (context.program = await launch(context.server))
    await expectPage(program, 'signin')
    await program.fill('account', 'alice')
    await program.fill('password', 'wrong')
    await program.tap('submit')
    await eventually(async () =>
      expect(await program.text('signin-error')).toBe('用户名或密码不正确。'),
    )
    await signIn(program, 'alice')
    await expectPage(program, 'conversations')
    await eventually(async () => expect(await conversations(program).count()).toBe(10), patience)
    await program.close()
  })

  it('keeps the session when it is started again with the same storage', async () => {
    const { server, signedIn } = context
    const program = (context.program = await launch(server, { storage: signedIn }))
    await conversations(program).first().waitFor()
    await expectPage(program, 'conversations')
    await program.close()
  })
}

function messages<P extends PhoneProgram>(context: ChatContext<P>): void {
  it('sends a message to the server, once', async () => {
    const { bob, program, roomId } = context
    await openRoom(program, roomId)
    await send(program, '从手机发出的消息')
    await shows(program, '从手机发出的消息')
    await eventually(async () => {
      const stored = (await bob.history(roomId)).filter(({ msg }) => msg === '从手机发出的消息')
      expect(stored).toHaveLength(1)
      expect((await rows(program)).at(-1)?.id).toBe(stored[0]?._id)
    }, patience)
    await program.close()
  })

  it('shows what another person sends, and that edits and deletes it', async () => {
    const { bob, program, roomId } = context
    await openRoom(program, roomId)
    const message = await bob.send(roomId, 'from another device')
    await shows(program, 'from another device')
    await bob.edit(roomId, message._id, 'changed on another device')
    await shows(program, 'changed on another device')
    await bob.remove(roomId, message._id)
    await eventually(async () =>
      expect((await rows(program)).map(({ id }) => id)).not.toContain(message._id),
    )
    await program.close()
  })

  it('counts unread messages in the list and moves the conversation up', async () => {
    const { alice, bob, program, roomId } = context
    await alice.post('subscriptions.read', { rid: roomId })
    await bob.send(roomId, 'one')
    await bob.send(roomId, 'two')
    const badge = badgeOf(program, roomId)
    await eventually(async () => expect(await badge.textContent()).toBe('2'), patience)
    expect(await conversations(program).first().getAttribute('id')).toContain(`room-${roomId}`)
    await openRoom(program, roomId)
    await shows(program, 'two')
    await program.tap('back')
    await badge.waitFor({ state: 'detached', timeout: patience })
    await program.close()
  })
}

function interruptions<P extends PhoneProgram>(context: ChatContext<P>): void {
  it('is complete after the background and a lost network, with nothing twice', async () => {
    const { bob, program, roomId } = context
    await openRoom(program, roomId)
    await program.hide()
    await bob.send(roomId, 'while away 1')
    // The system cuts the sockets of a program that nobody sees.
    await program.setOnline(false)
    await bob.send(roomId, 'while away 2')
    await program.setOnline(true)
    await program.show()
    await bob.send(roomId, 'back again')
    await shows(program, 'back again')
    await expectComplete(context)
    await program.close()
  })

  it('goes on after the server was killed and started again', async () => {
    const { bob, program, roomId, server } = context
    await openRoom(program, roomId)
    await server.kill9()
    await program.id('connection').waitFor({ timeout: patience })
    await send(program, 'written while the server was away')
    await shows(program, 'written while the server was away')
    await server.restart()
    await program.id('connection').waitFor({ state: 'detached', timeout: 40_000 })
    await bob.send(roomId, 'the server is back')
    await shows(program, 'the server is back')
    await expectComplete(context)
    await program.close()
  })
}

/** What is drawn is the end of what the server has: same messages, same order. */
async function expectComplete<P extends PhoneProgram>(context: ChatContext<P>): Promise<void> {
  const { alice, program, roomId } = context
  await eventually(async () => {
    const stored = (await alice.history(roomId)).filter(({ t }) => t === undefined)
    const drawn = (await rows(program)).map(({ id }) => id)
    expect(drawn).toEqual(stored.slice(-drawn.length).map(({ _id }) => _id))
    expect(new Set(drawn).size).toBe(drawn.length)
  }, patience)
}

/** A mini-program puts its component's name before each class. */
function badgeOf(program: Operable, roomId: string): Locator {
  return program.id(`room-${roomId}`).locator('.badge, [class*="--badge"]')
}
