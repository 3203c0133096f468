import pages from '../../../pages.json'
import { disconnectBrowser } from '../../browser/browser'
import { eventually } from '../../browser/eventually'
import {
  conversations,
  expectPage,
  openRoom,
  patience,
  rows,
  send,
  shows,
  signIn,
} from '../../browser/operate'
import { rest, type RestPerson } from '../../e2e/rest'
import { startServer, ways, type TestServer } from '../../e2e/server'
import type { AppProgram } from '../host/handle'
import { launchClient } from './client'

jest.setTimeout(60_000)

describe.each(ways)('over %s:', (way) => {
  let server: TestServer
  let alice: RestPerson
  let bob: RestPerson
  let roomId: string
  /** What a phone keeps after alice has signed in. */
  let signedIn: Record<string, unknown>
  let app: AppProgram

  beforeAll(async () => {
    server = await startServer({ way })
    alice = await rest(server.url).signIn('alice')
    bob = await rest(server.url).signIn('bob')
    roomId = await alice.roomId('bob')
  })

  afterEach(() => app.end())
  afterAll(async () => {
    await server.stop()
    await disconnectBrowser()
  })

  describe('the app at its first start', () => {
    it('knows every page of pages.json and starts with the sign-in page', async () => {
      app = await launchClient(server)
      await expectPage(app, 'signin')
      const own = pages.pages.map(({ path }) => `/${path}`)
      const packaged = pages.subPackages.flatMap(({ root, pages: inside }) =>
        inside.map(({ path }) => `/${root}/${path}`),
      )
      expect(await app.routes()).toEqual([...own, ...packaged])
      await app.close()
    })

    it('refuses a wrong password with a sentence, then signs in and shows the conversations', async () => {
      app = await launchClient(server)
      await app.fill('account', 'alice')
      await app.fill('password', 'wrong')
      await app.tap('submit')
      await eventually(async () =>
        expect(await app.text('signin-error')).toBe('用户名或密码不正确。'),
      )
      await signIn(app, 'alice')
      await expectPage(app, 'conversations')
      await eventually(async () => expect(await conversations(app).count()).toBe(10), patience)
      signedIn = await app.storage()
      await app.close()
    })

    it('keeps the session when it is started again with the same storage', async () => {
      app = await launchClient(server, { storage: signedIn })
      await conversations(app).first().waitFor()
      await expectPage(app, 'conversations')
      await app.close()
    })
  })

  describe('a conversation in the app', () => {
    beforeEach(async () => {
      app = await launchClient(server, { storage: signedIn })
      await conversations(app).first().waitFor()
    })

    it('sends a message to the server, once', async () => {
      await openRoom(app, roomId)
      await send(app, '从 App 发出的消息')
      await shows(app, '从 App 发出的消息')
      await eventually(async () => {
        const stored = (await bob.history(roomId)).filter(({ msg }) => msg === '从 App 发出的消息')
        expect(stored).toHaveLength(1)
        expect((await rows(app)).at(-1)?.id).toBe(stored[0]?._id)
      }, patience)
      await app.close()
    })

    it('shows what another person sends, edits and deletes', async () => {
      await openRoom(app, roomId)
      const message = await bob.send(roomId, 'from another device')
      await shows(app, 'from another device')
      await bob.edit(roomId, message._id, 'changed on another device')
      await shows(app, 'changed on another device')
      await bob.remove(roomId, message._id)
      await eventually(async () =>
        expect((await rows(app)).map(({ id }) => id)).not.toContain(message._id),
      )
      await app.close()
    })

    it('goes back to the conversations with its own button and with the back key of the phone', async () => {
      await openRoom(app, roomId)
      expect(await app.text('nav-title')).toBe('Bob Martin')
      await app.tap('back')
      await expectPage(app, 'conversations')
      await openRoom(app, roomId)
      await app.back()
      await expectPage(app, 'conversations')
      await eventually(async () => expect(await conversations(app).count()).toBe(10))
      await app.close()
    })

    it('counts unread messages in the list and moves the conversation up', async () => {
      await alice.post('subscriptions.read', { rid: roomId })
      await bob.send(roomId, 'one')
      await bob.send(roomId, 'two')
      const badge = app.id(`room-${roomId}`).locator('.badge')
      await eventually(async () => expect(await badge.textContent()).toBe('2'), patience)
      expect(await conversations(app).first().getAttribute('id')).toBe(`room-${roomId}`)
      await openRoom(app, roomId)
      await shows(app, 'two')
      await app.tap('back')
      await badge.waitFor({ state: 'detached', timeout: patience })
      await app.close()
    })

    it('is complete after the background and a lost network, with nothing twice', async () => {
      await openRoom(app, roomId)
      await app.hide()
      await bob.send(roomId, 'while away 1')
      await app.setOnline(false)
      await bob.send(roomId, 'while away 2')
      await app.setOnline(true)
      await app.show()
      await bob.send(roomId, 'back again')
      await shows(app, 'back again')
      await expectComplete()
      await app.close()
    })

    it('goes on after the server was killed and started again', async () => {
      await openRoom(app, roomId)
      await server.kill9()
      await app.id('connection').waitFor({ timeout: patience })
      await send(app, 'written while the server was away')
      await shows(app, 'written while the server was away')
      await server.restart()
      await app.id('connection').waitFor({ state: 'detached', timeout: 40_000 })
      await bob.send(roomId, 'the server is back')
      await shows(app, 'the server is back')
      await expectComplete()
      await app.close()
    })

    it('opens the settings', async () => {
      await app.tap('settings')
      await expectPage(app, 'settings')
      await app.id('theme').waitFor()
      await app.close()
    })

    /** What is drawn is the end of what the server has: same messages, same order. */
    async function expectComplete(): Promise<void> {
      await eventually(async () => {
        const stored = (await alice.history(roomId)).filter(({ t }) => t === undefined)
        const drawn = (await rows(app)).map(({ id }) => id)
        expect(drawn).toEqual(stored.slice(-drawn.length).map(({ _id }) => _id))
        expect(new Set(drawn).size).toBe(drawn.length)
      }, patience)
    }
  })
})
