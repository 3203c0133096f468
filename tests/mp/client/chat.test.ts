import { disconnectBrowser } from '../../browser/browser'
import { eventually } from '../../browser/eventually'
import {
  conversations,
  expectPage,
  openRoom,
  patience,
  routeOf,
  rows,
  send,
  shows,
  signIn,
} from '../../browser/operate'
import { rest, type RestPerson } from '../../e2e/rest'
import { startServer, ways, type TestServer } from '../../e2e/server'
import type { MiniProgram } from '../host/handle'
import { launchClient, signedInStorage } from './client'

jest.setTimeout(60_000)

describe.each(ways)('over %s:', (way) => {
  let server: TestServer
  let alice: RestPerson
  let bob: RestPerson
  let roomId: string
  /** What a phone keeps after alice has signed in. */
  let signedIn: Record<string, unknown>
  let program: MiniProgram

  beforeAll(async () => {
    server = await startServer({ way })
    alice = await rest(server.url).signIn('alice')
    bob = await rest(server.url).signIn('bob')
    roomId = await alice.roomId('bob')
    signedIn = await signedInStorage(server, 'alice')
  })

  afterEach(() => program.end())
  afterAll(async () => {
    await server.stop()
    await disconnectBrowser()
  })

  describe('the mini-program at its first start', () => {
    it('refuses a wrong password with a sentence, then signs in and shows the conversations', async () => {
      program = await launchClient(server)
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
      program = await launchClient(server, { storage: signedIn })
      await conversations(program).first().waitFor()
      await expectPage(program, 'conversations')
      await program.close()
    })

    it('goes to the sign-in page when a link leads into a room', async () => {
      program = await launchClient(server, { path: routeOf('room'), query: { id: roomId } })
      await expectPage(program, 'signin')
      await program.close()
    })

    it('says that a room does not exist, and leads back to the conversations', async () => {
      program = await launchClient(server, {
        storage: signedIn,
        path: routeOf('room'),
        query: { id: 'doesNotExist12345' },
      })
      await eventually(async () =>
        expect(await program.text('composer-notice')).toBe('此会话不存在，或您无权查看。'),
      )
      await program.tap('back')
      await expectPage(program, 'conversations')
      await program.close()
    })
  })

  describe('a conversation in the mini-program', () => {
    beforeEach(async () => {
      program = await launchClient(server, { storage: signedIn })
      await conversations(program).first().waitFor()
    })

    it('sends a message to the server, once', async () => {
      await openRoom(program, roomId)
      await send(program, '从小程序发出的消息')
      await shows(program, '从小程序发出的消息')
      await eventually(async () => {
        const stored = (await bob.history(roomId)).filter((one) => one.msg === '从小程序发出的消息')
        expect(stored).toHaveLength(1)
        expect((await rows(program)).at(-1)?.id).toBe(stored[0]?._id)
      }, patience)
      await program.close()
    })

    it('shows what another person sends, and that edits and deletes it', async () => {
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

    it('shows under the title who is typing, and then that the person is there', async () => {
      const other = await launchClient(server)
      try {
        await signIn(other, 'bob')
        await openRoom(other, roomId)
        await openRoom(program, roomId)
        await other.fill('composer', 'I am just writ')
        await eventually(async () =>
          expect(await program.text('nav-subtitle')).toBe('Bob Martin 正在输入…'),
        )
        await send(other, 'I am just writing')
        await shows(program, 'I am just writing')
        await eventually(async () => expect(await program.text('nav-subtitle')).toBe('在线'))
        await other.close()
      } finally {
        await other.end()
      }
      await program.close()
    })

    it('counts unread messages in the list and moves the conversation up', async () => {
      await alice.post('subscriptions.read', { rid: roomId })
      await bob.send(roomId, 'one')
      await bob.send(roomId, 'two')
      const line = program.id(`room-${roomId}`)
      const badge = line.locator('.badge, [class*="badge"]')
      await eventually(async () => expect(await badge.textContent()).toBe('2'), patience)
      expect(await conversations(program).first().getAttribute('id')).toContain(`room-${roomId}`)
      await openRoom(program, roomId)
      await shows(program, 'two')
      await program.tap('back')
      await badge.waitFor({ state: 'detached', timeout: patience })
      await program.close()
    })

    it('is complete after the background, with nothing twice', async () => {
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
      await expectComplete()
      await program.close()
    })

    it('goes on after the server was killed and started again', async () => {
      await openRoom(program, roomId)
      await server.kill9()
      await program.id('connection').waitFor({ timeout: patience })
      await send(program, 'written while the server was away')
      await shows(program, 'written while the server was away')
      await server.restart()
      await program.id('connection').waitFor({ state: 'detached', timeout: 40_000 })
      await bob.send(roomId, 'the server is back')
      await shows(program, 'the server is back')
      await expectComplete()
      await program.close()
    })

    /** What is drawn is the end of what the server has: same messages, same order. */
    async function expectComplete(): Promise<void> {
      await eventually(async () => {
        const stored = (await alice.history(roomId)).filter(({ t }) => t === undefined)
        const drawn = (await rows(program)).map(({ id }) => id)
        expect(drawn).toEqual(stored.slice(-drawn.length).map(({ _id }) => _id))
        expect(new Set(drawn).size).toBe(drawn.length)
      }, patience)
    }
  })
})
