import { plugHubWebSocket } from '../../../../src/realtime/hubWebSocket'
import { flush } from '../support/fakeClock'

function setUp() {
  const sent: string[] = []
  let closes = 0
  const plug = plugHubWebSocket({
    send: (text) => sent.push(text),
    close: () => {
      closes += 1
    },
  })
  const socket = new plug.WebSocket()
  const events: unknown[] = []
  socket.onopen = () => events.push('open')
  socket.onmessage = ({ data }) => events.push(data)
  socket.onclose = (event) => events.push(event)
  socket.onerror = () => events.push('error')
  return { plug, socket, sent, events, closeCount: () => closes }
}

describe('an open connection as a W3C WebSocket', () => {
  it('opens after its handlers are set, sends and receives', async () => {
    const { plug, socket, sent, events } = setUp()
    expect([socket.readyState, events]).toEqual([0, []])
    await flush()
    expect((socket.constructor as unknown as { OPEN: number }).OPEN).toBe(socket.readyState)
    socket.send('a')
    plug.receive('b')
    expect([sent, events]).toEqual([['a'], ['open', 'b']])
  })

  it.each([
    [1000, true],
    [1001, false],
    [1006, false],
  ])('tells the end as one close (%i)', async (code, wasClean) => {
    const { plug, events, socket } = setUp()
    await flush()
    plug.closed(code, 'why')
    plug.closed(code, 'why')
    plug.receive('late')
    expect(events).toEqual(['open', { code, reason: 'why', wasClean }])
    expect(socket.readyState).toBe(3)
  })

  it('that ends before it opened only closes', async () => {
    const { plug, events } = setUp()
    plug.closed(1006, '')
    await flush()
    expect(events).toEqual([{ code: 1006, reason: '', wasClean: false }])
  })

  it('gives the wire up once, and says nothing about it', async () => {
    const { plug, socket, events, closeCount } = setUp()
    await flush()
    socket.close()
    socket.close()
    plug.closed(1000, '')
    expect([closeCount(), events]).toEqual([1, ['open']])
  })

  it('without a socket drops what comes', () => {
    const plug = plugHubWebSocket({ send: () => undefined, close: () => undefined })
    expect(() => {
      plug.receive('early')
      plug.closed(1006, '')
    }).not.toThrow()
  })
})
