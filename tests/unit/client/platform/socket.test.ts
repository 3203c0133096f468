import { openSocket } from '../../../../src/platform/socket'
import type { SocketHandlers } from '../../../../src/platform/types'

type Callback = (event: Record<string, unknown>) => void

/** A SocketTask as uni hands it out, with the events a test fires. */
function createTask() {
  const listeners: Record<string, Callback> = {}
  return {
    listeners,
    sent: [] as string[],
    closed: [] as unknown[],
    onOpen: (callback: Callback) => (listeners.open = callback),
    onMessage: (callback: Callback) => (listeners.message = callback),
    onClose: (callback: Callback) => (listeners.close = callback),
    onError: (callback: Callback) => (listeners.error = callback),
    send(this: { sent: string[] }, { data }: { data: string }) {
      this.sent.push(data)
    },
    close(this: { closed: unknown[] }, { code, reason }: { code: number; reason: string }) {
      this.closed.push([code, reason])
    },
  }
}

type ConnectOptions = { url: string; protocols?: string[]; fail?: Callback }

function setUp() {
  const events: string[] = []
  const handlers: SocketHandlers = {
    onOpen: () => events.push('open'),
    onMessage: (text) => events.push(`message ${text}`),
    onClose: (code, reason) => events.push(`close ${code} ${reason}`),
    onError: (reason) => events.push(`error ${reason}`),
  }
  const tasks: ReturnType<typeof createTask>[] = []
  const connects: ConnectOptions[] = []
  const connectSocket = jest.fn((options: ConnectOptions) => {
    const task = createTask()
    connects.push(options)
    tasks.push(task)
    return task
  })
  Object.assign(globalThis, { uni: { connectSocket } })
  return { events, handlers, tasks, connects, connectSocket }
}

describe('openSocket', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000 })
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  it('offers subprotocols where there are any, and only there', () => {
    jest.setSystemTime(1_500)
    const { handlers, connects } = setUp()
    openSocket('ws://chat/signalr', handlers, ['im.hub', 'im.bearer.x'])
    jest.setSystemTime(1_501)
    openSocket('ws://chat/websocket', handlers)
    expect(connects[0]!.protocols).toEqual(['im.hub', 'im.bearer.x'])
    expect(connects[1]).not.toHaveProperty('protocols')
  })

  it('passes a callback, without which uni gives no task, and tells the events', () => {
    jest.setSystemTime(2_000)
    const { events, handlers, tasks, connects } = setUp()
    const socket = openSocket('ws://chat/websocket', handlers)
    expect(connects[0]!.url).toBe('ws://chat/websocket')
    expect(typeof connects[0]!.fail).toBe('function')
    const { listeners } = tasks[0]!
    listeners.open!({})
    listeners.message!({ data: 'text' })
    listeners.message!({ data: new ArrayBuffer(1) })
    socket.send('out')
    listeners.close!({ code: 4000, reason: 'bye' })
    expect(tasks[0]!.sent).toEqual(['out'])
    expect(events).toEqual(['open', 'message text', 'close 4000 bye'])
  })

  it('fills in what a platform leaves out of its events', () => {
    jest.setSystemTime(3_000)
    const { events, handlers, tasks } = setUp()
    openSocket('ws://chat', handlers)
    tasks[0]!.listeners.error!({})
    tasks[0]!.listeners.close!({})
    expect(events).toEqual(['error failed', 'close 1006 '])
  })

  it('opens two sockets asked for in one millisecond in two', () => {
    jest.setSystemTime(4_000)
    const { handlers, connectSocket, tasks } = setUp()
    const openedAt: number[] = []
    connectSocket.mockImplementation(() => {
      openedAt.push(Date.now())
      const task = createTask()
      tasks.push(task)
      return task
    })
    openSocket('ws://a', handlers)
    const second = openSocket('ws://b', handlers)
    expect(openedAt).toEqual([4_000])
    jest.advanceTimersByTime(1)
    expect(openedAt).toEqual([4_000, 4_001])
    second.send('now')
    expect(tasks[1]!.sent).toEqual(['now'])
  })

  it('never opens a socket that was closed while it waited', () => {
    jest.setSystemTime(5_000)
    const { handlers, connectSocket } = setUp()
    openSocket('ws://a', handlers)
    openSocket('ws://b', handlers).close()
    jest.advanceTimersByTime(10)
    expect(connectSocket).toHaveBeenCalledTimes(1)
  })

  it('tells a refusal later, whether uni throws it or calls back', () => {
    jest.setSystemTime(6_000)
    const { events, handlers, connects, connectSocket } = setUp()
    openSocket('ws://a', handlers)
    connects[0]!.fail!({ errMsg: 'connectSocket:fail not in domain list' })
    connectSocket.mockImplementation(() => {
      throw new Error('bad url')
    })
    jest.setSystemTime(6_001)
    openSocket('::', handlers)
    expect(events).toEqual([])
    jest.advanceTimersByTime(0)
    expect(events).toEqual(['error connectSocket:fail not in domain list', 'error bad url'])
  })

  it('tells nothing after it was closed and closes with code and reason', () => {
    jest.setSystemTime(7_000)
    const { events, handlers, tasks } = setUp()
    const socket = openSocket('ws://a', handlers)
    socket.close(1000, 'done')
    const { listeners } = tasks[0]!
    listeners.open!({})
    listeners.message!({ data: 'late' })
    listeners.error!({ errMsg: 'late' })
    listeners.close!({ code: 1006 })
    expect(events).toEqual([])
    expect(tasks[0]!.closed).toEqual([[1000, 'done']])
  })

  it('throws neither when sending nor when closing a socket that is gone', () => {
    jest.setSystemTime(8_000)
    const { events, handlers, tasks } = setUp()
    const socket = openSocket('ws://a', handlers)
    tasks[0]!.send = () => {
      throw new Error('gone')
    }
    tasks[0]!.close = () => {
      throw new Error('gone')
    }
    socket.send('x')
    jest.advanceTimersByTime(0)
    expect(events).toEqual(['error gone'])
    expect(() => socket.close()).not.toThrow()
  })
})
