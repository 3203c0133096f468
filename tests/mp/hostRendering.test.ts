import { disconnectBrowser } from '../browser/browser'
import { buildFixture } from '../browser/buildFixture'
import { eventually } from '../browser/eventually'
import type { MiniProgram } from './host/handle'
import { launchMiniProgram } from './host/launch'

let directory: string
let program: MiniProgram

beforeAll(async () => {
  directory = await buildFixture('mp-weixin')
}, 60_000)

beforeEach(async () => {
  program = await launchMiniProgram(directory, { query: { from: 'test' } })
})

afterEach(() => program.end())
afterAll(disconnectBrowser)

async function shows(id: string, text: string): Promise<void> {
  await eventually(async () => expect(await program.text(id)).toBe(text))
}

describe('the emulated mini-program host', () => {
  it('starts app and page in the order of the real life cycle, with the query', async () => {
    await shows('steps', 'load show ready')
    await shows('life', 'launch show')
    await shows('query', '{"from":"test"}')
    await program.close()
  })

  it('connects v-model of input and textarea in both directions and tells the confirm key', async () => {
    await program.fill('draft', '你好 😀')
    await program.confirm('draft')
    await shows('echo', '你好 😀|你好 😀')
    expect(await program.id('notes').locator('textarea').inputValue()).toBe('你好 😀')
    await program.close()
  })

  it('sends exactly one setData for one typed text', async () => {
    await shows('steps', 'load show ready')
    await program.resetMeter()
    await program.fill('draft', 'abc')
    await shows('echo', 'abc|')
    const { calls, perCall } = await program.meter()
    expect(calls).toBe(1)
    expect(perCall[0]?.component).toBe('pages/index/index')
    await program.close()
  })

  it('tells taps, stops them at .stop and tells none of a disabled button', async () => {
    await program.tap('count')
    await shows('count', '1')
    await program.tap('inner')
    await shows('count', '2')
    expect(await program.id('count').getAttribute('aria-disabled')).toBe('true')
    await program.id('count').tap({ force: true })
    await program.tap('inner')
    await shows('count', '3')
    expect(await program.id('count').getAttribute('aria-label')).toBe('计数')
    await program.close()
  })

  it('tells a long press and not the tap that ends it', async () => {
    await program.longPress('press')
    await shows('presses', '1/0')
    await program.tap('press')
    await shows('presses', '1/1')
    await program.close()
  })

  it('renders child components with props, slots, events and exposed methods', async () => {
    await shows('slot-乙', 'in 乙')
    await program.find('toggle-row').nth(1).locator('wx-text').first().tap()
    await shows('chosen', '乙')
    const color = () =>
      program
        .find('toggle-row')
        .first()
        .locator('wx-view')
        .first()
        .evaluate((row) => getComputedStyle(row).color)
    expect(await color()).toBe('rgb(0, 0, 0)')
    await program.tap('flip')
    await eventually(async () => expect(await color()).toBe('rgb(0, 128, 0)'))
    const size = await program
      .find('toggle-row')
      .first()
      .locator('wx-text')
      .first()
      .evaluate((label) => getComputedStyle(label).fontSize)
    expect(parseFloat(size)).toBeCloseTo((30 * 390) / 750, 1)
    await program.close()
  })

  it('shows switch, picker, rich-text and image', async () => {
    await program.tap('switch')
    await shows('checked', 'true')
    await program.pick('picker', 1)
    await shows('chosen', 'picked 1')
    expect(await program.id('rich').innerHTML()).toBe('<b>&lt;i&gt;</b>')
    const picture = program.id('image').locator('img')
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1)
    await program.close()
  })

  it('applies the dark scheme of the page style', async () => {
    const background = () =>
      program.page.locator('.mp-page').evaluate((page) => getComputedStyle(page).backgroundColor)
    expect(await background()).toBe('rgb(255, 255, 255)')
    await program.setColorScheme('dark')
    expect(await background()).toBe('rgb(17, 17, 17)')
    await program.close()
  })
})

describe('pages of the emulated host', () => {
  it('navigates forth with a query and back, measuring elements on the way', async () => {
    await program.tap('open')
    await shows('detail', '{"id":"7","name":"a%26b"}')
    await shows('width', '120')
    expect(await program.stack()).toEqual(['pages/index/index', 'pages/detail/detail'])
    await program.tap('back')
    await shows('steps', 'load show ready hide show')
    expect(await program.storage()).toEqual({ left: 'detail' })
    await program.close()
  })

  it('replaces a page and restarts at a page', async () => {
    await program.tap('open')
    await program.tap('replace')
    await eventually(async () =>
      expect(await program.stack()).toEqual(['pages/index/index', 'pages/list/list']),
    )
    await program.page.evaluate(() =>
      (miniProgram.wx.reLaunch as (options: object) => void)({ url: '/pages/index/index?again=1' }),
    )
    await shows('query', '{"again":"1"}')
    expect(await program.stack()).toEqual(['pages/index/index'])
    await program.close()
  })

  it('fails the test that opens an unknown page', async () => {
    await program.tap('nowhere')
    await eventually(async () => expect(await program.errors()).toHaveLength(1))
    await expect(program.close()).rejects.toThrow('page "pages/nowhere/nowhere" is not found')
  })

  it('pushes one row into a chunk with one setData of one key and wakes no other component', async () => {
    await program.tap('list')
    await shows('scrolled', '0')
    await program.resetMeter()
    await program.tap('push')
    await eventually(async () => expect(await program.text('row-new')).toBe('new'))
    const meter = await program.meter()
    expect(meter).toMatchObject({ calls: 1, childObservers: 0 })
    expect(meter.perCall).toEqual([
      {
        component: 'components/row-chunk',
        bytes: meter.bytes,
        keys: ['a[20]'],
        at: expect.any(Number) as number,
      },
    ])
    expect(meter.bytes).toBe(
      Buffer.byteLength(JSON.stringify({ 'a[20]': { a: 'new', b: 'row-new', c: 'row-new' } })),
    )
    await program.close()
  })

  it('scrolls into view and to a place, and tells scrolling, edges and intersections', async () => {
    await program.tap('list')
    await program.tap('jump')
    await shows('scrolled', '1350')
    await program.id('scroller').evaluate((area) => area.scrollTo({ top: area.scrollHeight }))
    await shows('edges', 'lower ')
    await eventually(async () => expect(await program.text('seen')).toMatch(/in $/))
    await program.tap('rewind')
    await shows('edges', 'lower upper ')
    await eventually(async () => expect(await program.text('seen')).toMatch(/out $/))
    await program.close()
  })
})
