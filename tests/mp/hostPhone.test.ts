import { disconnectBrowser } from '../browser/browser'
import { buildFixture } from '../browser/buildFixture'
import { startEchoServer, type EchoServer } from '../browser/echoServer'
import { eventually } from '../browser/eventually'
import type { MiniProgram } from './host/handle'
import { launchMiniProgram } from './host/launch'

let directory: string
let server: EchoServer
let program: MiniProgram

beforeAll(async () => {
  directory = await buildFixture('mp-weixin')
  server = await startEchoServer()
}, 60_000)

beforeEach(async () => {
  program = await launchMiniProgram(directory, {
    path: 'pages/phone/phone',
    storage: { server: server.address },
  })
})

afterEach(() => program.end())
afterAll(async () => {
  await server.close()
  await disconnectBrowser()
})

async function shows(id: string, text: string): Promise<void> {
  await eventually(async () => expect(await program.text(id)).toBe(text))
}

describe('the network of the emulated phone', () => {
  it('sends requests with headers, and data as query or JSON', async () => {
    await program.tap('get')
    await shows('result', '{"method":"GET","url":"/echo?text=%E4%BD%A0%E5%A5%BD","body":""}')
    expect(server.lastHeaders()).toMatchObject({ 'x-auth-token': 'abc' })
    await program.tap('post')
    await shows('result', '{"method":"POST","url":"/echo","body":"{\\"text\\":\\"你好\\"}"}')
    expect(server.lastHeaders()).not.toHaveProperty('origin')
    expect(await program.network()).toContainEqual({
      kind: 'request',
      method: 'POST',
      url: `${server.address}/echo`,
      status: 200,
    })
    await program.close()
  })

  it('fails requests to a server that refuses, and all requests while offline', async () => {
    await program.tap('refused')
    await eventually(async () => expect(await program.text('result')).toMatch(/^request:fail /))
    await program.setOnline(false)
    await program.tap('refused')
    await shows('result', 'request:fail net::ERR_INTERNET_DISCONNECTED')
    await shows('network', 'off ')
    await program.setOnline(true)
    await shows('network', 'off on ')
    await program.close()
  })

  it('opens a socket with headers, exchanges text and closes it', async () => {
    await program.tap('connect')
    await shows('events', 'open echo:hello')
    expect(server.lastHeaders()).toMatchObject({ 'x-auth-token': 'abc' })
    server.broadcast('news')
    await shows('events', 'open echo:hello news')
    await program.tap('disconnect')
    await shows('events', 'open echo:hello news close 1000')
    await eventually(() => expect(server.sockets()).toBe(0))
    await program.close()
  })

  it('cuts sockets with 1006 when the network goes away', async () => {
    await program.tap('connect')
    await shows('events', 'open echo:hello')
    await program.setOnline(false)
    await shows('events', 'open echo:hello error close 1006')
    await eventually(() => expect(server.sockets()).toBe(0))
    await program.close()
  })

  it('refuses the sixth socket', async () => {
    await program.tap('six')
    await eventually(async () => {
      const events = (await program.text('events')).split(' ').sort()
      expect(events).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'refused'])
    })
    await program.close()
  })
})

describe('the storage of the emulated phone', () => {
  it('keeps what fits and refuses a key over 1 MB', async () => {
    await program.tap('small')
    await shows('result', 'stored')
    await program.tap('large')
    await shows('result', 'setStorageSync:fail entry size limit reached')
    expect(Object.keys(await program.storage())).toEqual(['server', 'size-1000'])
    await program.close()
  })

  it('refuses more than 10 MB in all', async () => {
    await program.tap('fill')
    await shows('result', 'refused after 10')
    await program.close()
  })
})

describe('the user of the emulated phone', () => {
  it('answers modals and action sheets as queued', async () => {
    await program.tap('ask')
    await shows('result', 'modal true')
    await program.answer('showModal', false)
    await program.tap('ask')
    await shows('result', 'modal false')
    await program.answer('showActionSheet', 1)
    await program.tap('choose')
    await shows('result', 'sheet 1')
    await program.answer('showActionSheet', false)
    await program.tap('choose')
    await shows('result', 'sheet cancelled')
    expect((await program.log()).map(({ api }) => api)).toEqual([
      'showModal',
      'showModal',
      'showActionSheet',
      'showActionSheet',
    ])
    await program.close()
  })

  it('sends the program to the background and back', async () => {
    await program.end()
    program = await launchMiniProgram(directory)
    await program.hide()
    await program.show()
    await shows('life', 'launch show hide show')
    await shows('steps', 'load show ready hide show')
    await program.close()
  })
})

describe('what does not exist on the emulated phone', () => {
  it('hides every global of the browser', async () => {
    await program.tap('browser')
    await shows('result', 'undefined undefined undefined undefined')
    await program.close()
  })

  it('fails the test that calls a function of WeChat which is not emulated, by its name', async () => {
    await program.end()
    program = await launchMiniProgram(directory)
    await program.tap('missing')
    await eventually(async () =>
      expect(await program.errors()).toContain('wx.scanCode is not emulated by the test host'),
    )
    await expect(program.close()).rejects.toThrow('wx.scanCode is not emulated by the test host')
  })

  it('refuses a folder that holds no build', async () => {
    await expect(launchMiniProgram(__dirname)).rejects.toThrow('build it first')
  })
})
