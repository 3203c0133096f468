import pages from '../../../pages.json'
import { describeChat } from '../../browser/chatFlow'
import { eventually } from '../../browser/eventually'
import { conversations, expectPage, openRoom, shows } from '../../browser/operate'
import type { AppProgram } from '../host/handle'
import { launchClient } from './client'

jest.setTimeout(60_000)

describeChat<AppProgram>(launchClient, {
  firstStart(context) {
    it('knows every page of pages.json and starts with the sign-in page', async () => {
      const app = (context.program = await launchClient(context.server))
      await expectPage(app, 'signin')
      const own = pages.pages.map(({ path }) => `/${path}`)
      const packaged = pages.subPackages.flatMap(({ root, pages: inside }) =>
        inside.map(({ path }) => `/${root}/${path}`),
      )
      expect(await app.routes()).toEqual([...own, ...packaged])
      await app.close()
    })
  },

  conversation(context) {
    it('goes back to the conversations with its own button and with the back key of the phone', async () => {
      const { program: app, roomId } = context
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

    it('opens the settings', async () => {
      const { program: app } = context
      await app.tap('settings')
      await expectPage(app, 'settings')
      await app.id('theme').waitFor()
      await app.close()
    })

    it('opens a tapped link in the browser of the phone', async () => {
      const { bob, program: app, roomId } = context
      await openRoom(app, roomId)
      const text = '请看https://example.com/a_(b)?c=1#d，谢谢'
      const { _id } = await bob.send(roomId, text)
      await shows(app, text)
      await app.tap(`l0-${_id}`)
      await eventually(async () =>
        expect(await app.log()).toContainEqual({
          api: 'openURL',
          options: { url: 'https://example.com/a_(b)?c=1#d' },
        }),
      )
      await app.close()
    })

    it('copies the address of a link that the phone cannot open, and says so', async () => {
      const { bob, program: app, roomId } = context
      await openRoom(app, roomId)
      const text = 'http://intranet.example:8080/x'
      const { _id } = await bob.send(roomId, text)
      await shows(app, text)
      await app.answer('openURL', false)
      await app.tap(`l0-${_id}`)
      await eventually(async () =>
        expect(await app.log()).toEqual(
          expect.arrayContaining([
            { api: 'setClipboardData', options: { data: text } },
            // uni draws toasts of the App with the native waiting box.
            { api: 'showLoading', options: { title: '链接已复制，请在浏览器中打开。' } },
          ]),
        ),
      )
      await app.close()
    })
  },
})
