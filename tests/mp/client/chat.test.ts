import { describeChat } from '../../browser/chatFlow'
import { eventually } from '../../browser/eventually'
import { expectPage, openRoom, routeOf, send, shows, signIn } from '../../browser/operate'
import type { MiniProgram } from '../host/handle'
import { launchClient } from './client'

jest.setTimeout(60_000)

describeChat<MiniProgram>(launchClient, {
  firstStart(context) {
    it('goes to the sign-in page when a link leads into a room', async () => {
      const { roomId, server } = context
      const program = await launchClient(server, { path: routeOf('room'), query: { id: roomId } })
      context.program = program
      await expectPage(program, 'signin')
      await program.close()
    })

    it('says that a room does not exist, and leads back to the conversations', async () => {
      const program = await launchClient(context.server, {
        storage: context.signedIn,
        path: routeOf('room'),
        query: { id: 'doesNotExist12345' },
      })
      context.program = program
      await eventually(async () =>
        expect(await program.text('composer-notice')).toBe('此会话不存在，或您无权查看。'),
      )
      await program.tap('back')
      await expectPage(program, 'conversations')
      await program.close()
    })
  },

  conversation(context) {
    it('shows under the title who is typing, and then that the person is there', async () => {
      const { program, roomId, server } = context
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

    it('copies the address of a tapped link and says so, because WeChat opens none', async () => {
      const { bob, program, roomId } = context
      await openRoom(program, roomId)
      const text = '请看https://example.com/a_(b)?c=1#d，谢谢'
      const { _id } = await bob.send(roomId, text)
      await shows(program, text)
      await program.tap(`l0-${_id}`)
      await eventually(async () => {
        const told = (await program.log()).map(
          ({ api, options }) => `${api} ${JSON.stringify(options)}`,
        )
        expect(told.join()).toContain('setClipboardData {"data":"https://example.com/a_(b)?c=1#d"')
        expect(told.join()).toContain('showToast {"title":"链接已复制，请在浏览器中打开。"')
      })
      await program.close()
    })
  },
})
