import { disconnectBrowser } from '../browser/browser'
import { buildFixture } from '../browser/buildFixture'
import { startEchoServer, type EchoServer } from '../browser/echoServer'
import { eventually } from '../browser/eventually'
import type { AppProgram } from './host/handle'
import { launchApp } from './host/launch'

let directory: string
let server: EchoServer
let app: AppProgram

beforeAll(async () => {
  directory = await buildFixture('app')
  server = await startEchoServer()
}, 60_000)

afterEach(() => app.end())
afterAll(async () => {
  await server.close()
  await disconnectBrowser()
})

async function shows(id: string, text: string): Promise<void> {
  await eventually(async () => expect(await app.text(id)).toBe(text))
}

describe('pages on the emulated app host', () => {
  beforeEach(async () => {
    app = await launchApp(directory)
  })

  it('starts app and page in the order of the real life cycle', async () => {
    await shows('steps', 'load show ready')
    await shows('life', 'launch show')
    await app.close()
  })

  it('connects v-model of input and textarea in both directions and tells the confirm key', async () => {
    await app.fill('draft', '你好 😀')
    await shows('echo', '你好 😀|')
    await app.confirm('draft')
    await shows('echo', '你好 😀|你好 😀')
    const notes = app.id('notes').locator('textarea')
    await eventually(async () => expect(await notes.inputValue()).toBe('你好 😀'))
    await app.close()
  })

  it('tells taps and long presses', async () => {
    await app.tap('inner')
    await shows('count', '1')
    await app.longPress('press')
    await eventually(async () => expect(await app.text('presses')).toMatch(/^1/))
    await app.close()
  })

  it('renders child components with props, slots, events and exposed methods, and an image', async () => {
    await shows('slot-乙', 'in 乙')
    await app.id('row-乙').locator('.label').tap()
    await shows('chosen', '乙')
    await app.tap('flip')
    const color = () => app.id('row-甲').evaluate((row) => getComputedStyle(row).color)
    await eventually(async () => expect(await color()).toBe('rgb(0, 128, 0)'))
    const picture = app.id('image').locator('img')
    await eventually(async () =>
      expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1),
    )
    await app.close()
  })

  it('navigates with a query, measures elements and goes back with the back key', async () => {
    await app.tap('open')
    await shows('width', '120')
    await shows('detail', '{"id":"7","name":"a%26b"}')
    expect(await app.stack()).toEqual(['pages/index/index', 'pages/detail/detail'])
    await app.back()
    await shows('steps', 'load show ready hide show')
    expect(await app.storage()).toEqual({ left: 'detail' })
    await app.close()
  })

  it('scrolls into view and tells scrolling, edges and intersections', async () => {
    await app.tap('list')
    await shows('scrolled', '0')
    await app.tap('jump')
    await shows('scrolled', '1350')
    const area = app.id('scroller').locator('.uni-scroll-view').last()
    await area.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
    await eventually(async () => expect(await app.text('edges')).toMatch(/lower/))
    await eventually(async () => expect(await app.text('seen')).toMatch(/in $/))
    await app.close()
  })

  it('sends one script to the webview for one pushed row', async () => {
    await app.tap('list')
    await shows('scrolled', '0')
    await app.tap('push')
    await eventually(async () => expect(await app.text('row-new')).toBe('new'))
    await app.resetMeter()
    await app.tap('push')
    await eventually(async () => expect(await app.id('row-new').count()).toBe(2))
    const { calls, size } = await app.meter()
    expect(calls).toBeLessThanOrEqual(2)
    expect(size).toBeLessThan(1000)
    await app.close()
  })

  it('sends the app to the background and back', async () => {
    await shows('life', 'launch show')
    await app.hide()
    await app.show()
    await shows('life', 'launch show hide show')
    await app.close()
  })

  it('fails the test that calls a native function which is not emulated, by its name', async () => {
    await app.tap('missing')
    await eventually(async () => expect(await app.errors()).not.toHaveLength(0))
    await expect(app.close()).rejects.toThrow('is not emulated by the test host')
  })
})

describe('the emulated phone below the app', () => {
  beforeEach(async () => {
    app = await launchApp(directory, {
      path: 'pages/phone/phone',
      storage: { server: server.address },
    })
  })

  it('sends requests with headers, and data as query or JSON', async () => {
    await app.tap('get')
    await shows('result', '{"method":"GET","url":"/echo?text=%E4%BD%A0%E5%A5%BD","body":""}')
    expect(server.lastHeaders()).toMatchObject({ 'x-auth-token': 'abc' })
    await app.tap('post')
    await eventually(async () => expect(await app.text('result')).toContain('"method":"POST"'))
    expect(server.lastHeaders()).not.toHaveProperty('origin')
    await app.tap('refused')
    await eventually(async () => expect(await app.text('result')).toMatch(/^request:fail /))
    await app.close()
  })

  it('opens a socket with headers, exchanges text, closes it, and loses it offline', async () => {
    await app.tap('connect')
    await shows('events', 'open echo:hello')
    expect(server.lastHeaders()).toMatchObject({ 'x-auth-token': 'abc' })
    await app.tap('disconnect')
    await shows('events', 'open echo:hello close 1000')
    await app.tap('connect')
    await shows('events', 'open echo:hello close 1000 open echo:hello')
    await app.setOnline(false)
    await eventually(async () => expect(await app.text('events')).toMatch(/error|close 1006/))
    await shows('network', 'off ')
    await eventually(() => expect(server.sockets()).toBe(0))
    await app.close()
  })

  it('answers modals and action sheets as queued', async () => {
    await app.answer('showModal', false)
    await app.tap('ask')
    await shows('result', 'modal false')
    await app.answer('showActionSheet', 1)
    await app.tap('choose')
    await shows('result', 'sheet 1')
    await app.close()
  })

  it('hides the globals of the browser from the service layer', async () => {
    await app.tap('browser')
    await shows('result', 'undefined undefined undefined undefined')
    await app.close()
  })

  it('refuses a folder that holds no build', async () => {
    await expect(launchApp(__dirname)).rejects.toThrow('build it first')
  })
})
