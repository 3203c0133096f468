import type { Lifecycle, Network } from '../../../../src/platform/types'

type LifecycleModule = typeof import('../../../../src/platform/lifecycle')
type NetworkModule = typeof import('../../../../src/platform/network')
type OriginModule = typeof import('../../../../src/platform/origin')
type Modules = { lifecycle: Lifecycle; network: Network; defaultServerUrl: () => string }

const previous = process.env.UNI_PLATFORM

/** The modules choose their platform when they are loaded, as the builds do when they are made. */
function load(platform: string): Modules {
  process.env.UNI_PLATFORM = platform
  let modules: Modules | undefined
  jest.isolateModules(() => {
    /* eslint-disable @typescript-eslint/no-require-imports */
    const lifecycle = require('../../../../src/platform/lifecycle') as LifecycleModule
    const network = require('../../../../src/platform/network') as NetworkModule
    const origin = require('../../../../src/platform/origin') as OriginModule
    /* eslint-enable @typescript-eslint/no-require-imports */
    modules = {
      lifecycle: lifecycle.platformLifecycle,
      network: network.platformNetwork,
      defaultServerUrl: () => origin.defaultServerUrl(),
    }
  })
  return modules!
}

afterEach(() => {
  if (previous === undefined) delete process.env.UNI_PLATFORM
  else process.env.UNI_PLATFORM = previous
})

describe('on H5', () => {
  function setUp(onLine = true) {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
    const browser = Object.assign(new EventTarget(), {
      location: { origin: 'https://chat.example' },
      navigator: { onLine },
    })
    Object.assign(globalThis, { document: page, window: browser })
    const events: string[] = []
    const modules = load('h5')
    const disposers = [
      modules.lifecycle.onForeground(() => events.push('foreground')),
      modules.lifecycle.onBackground(() => events.push('background')),
      modules.network.onChange((isOnline) => events.push(isOnline ? 'online' : 'offline')),
    ]
    const show = (state: string): void => {
      page.visibilityState = state
      page.dispatchEvent(new Event('visibilitychange'))
    }
    return { browser, events, modules, disposers, show }
  }

  it('follows the visibility of the page and the back-forward cache', () => {
    const { browser, events, show } = setUp()
    show('hidden')
    show('visible')
    browser.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
    browser.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    expect(events).toEqual(['background', 'foreground', 'foreground'])
  })

  it('follows the browser going offline and online', () => {
    const { browser, events } = setUp()
    browser.dispatchEvent(new Event('offline'))
    browser.dispatchEvent(new Event('online'))
    expect(events).toEqual(['offline', 'online'])
  })

  it('says at once that there is no connection at the start', () => {
    expect(setUp(false).events).toEqual(['offline'])
  })

  it('hears nothing after it was disposed', () => {
    const { browser, events, disposers, show } = setUp()
    for (const dispose of disposers) dispose()
    show('hidden')
    show('visible')
    browser.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    browser.dispatchEvent(new Event('online'))
    expect(events).toEqual([])
  })

  it('takes the origin of the page for the server', () => {
    expect(setUp().modules.defaultServerUrl()).toBe('https://chat.example')
  })
})

describe.each(['mp-weixin', 'app'])('on %s', (platform) => {
  function setUp(networkType = 'wifi') {
    const lists = new Map<string, Set<(event?: unknown) => void>>()
    const listOf = (name: string) => {
      const list = lists.get(name) ?? new Set()
      lists.set(name, list)
      return list
    }
    const add = (name: string) => (listener: (event?: unknown) => void) => {
      listOf(name).add(listener)
    }
    const remove = (name: string) => (listener: (event?: unknown) => void) => {
      listOf(name).delete(listener)
    }
    Object.assign(globalThis, {
      uni: {
        onAppShow: add('show'),
        offAppShow: remove('show'),
        onAppHide: add('hide'),
        offAppHide: remove('hide'),
        onNetworkStatusChange: add('network'),
        offNetworkStatusChange: remove('network'),
        getNetworkType: (options: { success: (answer: { networkType: string }) => void }) =>
          options.success({ networkType }),
      },
    })
    const fire = (name: string, event?: unknown): void => {
      for (const listener of listOf(name)) listener(event)
    }
    return { modules: load(platform), fire }
  }

  it('says at once that there is no connection at the start', () => {
    const { modules } = setUp('none')
    const states: boolean[] = []
    modules.network.onChange((isOnline) => states.push(isOnline))
    expect(states).toEqual([false])
  })

  it('follows the App and the network until disposed, each listener for itself', () => {
    const { modules, fire } = setUp()
    const events: string[] = []
    const onShow = (): void => {
      events.push('foreground')
    }
    const disposeFirst = modules.lifecycle.onForeground(onShow)
    const disposers = [
      modules.lifecycle.onForeground(onShow),
      modules.lifecycle.onBackground(() => events.push('background')),
      modules.network.onChange((isOnline) => events.push(isOnline ? 'online' : 'offline')),
    ]
    disposeFirst()
    fire('hide')
    fire('show')
    fire('network', { isConnected: false, networkType: 'none' })
    fire('network', { isConnected: true, networkType: 'wifi' })
    expect(events).toEqual(['background', 'foreground', 'offline', 'online'])
    for (const dispose of disposers) dispose()
    fire('hide')
    fire('show')
    fire('network', { isConnected: true })
    expect(events).toHaveLength(4)
  })

  it('takes a gateway on the own machine when the build names none', () => {
    expect(setUp().modules.defaultServerUrl()).toBe('http://127.0.0.1:8080')
  })
})
