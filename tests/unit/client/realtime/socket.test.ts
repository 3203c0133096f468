import { setUp } from './support/socket'

describe('opening', () => {
  it('does nothing before open and then opens one socket to the server', () => {
    const { socket, sockets, events } = setUp()
    expect(sockets.all).toHaveLength(0)
    socket.open()
    expect(sockets.latest.url).toBe('wss://chat.example/websocket')
    expect(socket.isConnected).toBe(false)
    sockets.latest.open()
    expect(socket.isConnected).toBe(true)
    expect(events).toEqual(['open'])
  })

  it('asks for the address again at each attempt when it is a function', async () => {
    let number = 0
    const { socket, sockets, clock } = setUp({ server: () => `ws://chat/${(number += 1)}` })
    socket.open()
    sockets.latest.fail()
    await clock.elapse(500)
    expect(sockets.all.map(({ url }) => url)).toEqual(['ws://chat/1', 'ws://chat/2'])
  })

  it('shares the attempt under way between several calls of open', () => {
    const { socket, sockets } = setUp()
    socket.open()
    socket.open()
    expect(sockets.all).toHaveLength(1)
  })

  it('keeps an open socket when open is called again', () => {
    const { socket, sockets, openNow, events } = setUp()
    openNow()
    socket.open()
    expect(sockets.all).toHaveLength(1)
    expect(events).toEqual(['open'])
  })

  it('gives an attempt up that does not open in time', async () => {
    const { socket, sockets, clock, events } = setUp({ connectTimeout: 4_000 })
    socket.open()
    await clock.elapse(3_999)
    expect(events).toEqual([])
    await clock.elapse(1)
    expect(sockets.all[0]!.isClosed).toBe(true)
    expect(events).toEqual([
      'error no connection in time',
      'close 1006 no connection in time',
      'reconnecting 1 250',
    ])
  })

  it('hears of a refusal that comes before the platform has handed the socket out', () => {
    const { socket, sockets, events } = setUp()
    sockets.onAttempt = (attempt) => attempt.fail('bad address')
    socket.open()
    expect(events).toEqual(['error bad address', 'close 1006 bad address', 'reconnecting 1 250'])
    expect(sockets.latest.isClosed).toBe(true)
    expect(socket.send('x')).toBe(false)
  })
})

describe('sending and receiving', () => {
  it('sends only while it is open and says whether it did', () => {
    const { socket, sockets, openNow } = setUp()
    expect(socket.send('a')).toBe(false)
    socket.open()
    expect(socket.send('b')).toBe(false)
    openNow()
    expect(socket.send('c')).toBe(true)
    socket.close()
    expect(socket.send('d')).toBe(false)
    expect(sockets.latest.sent).toEqual(['c'])
  })

  it('hands messages to every listener until it is removed', () => {
    const { socket, sockets, openNow } = setUp()
    const first: string[] = []
    const second: string[] = []
    const listener = (text: string): void => {
      first.push(text)
    }
    socket.$on('message', listener)
    const dispose = socket.$on('message', (text) => second.push(text))
    openNow()
    sockets.latest.receive('1')
    socket.$off('message', listener)
    sockets.latest.receive('2')
    dispose()
    dispose()
    sockets.latest.receive('3')
    expect(first).toEqual(['1'])
    expect(second).toEqual(['1', '2'])
  })

  it('tells all listeners of a round although one of them removes another', () => {
    const { socket, sockets, openNow } = setUp()
    const heard: string[] = []
    const disposers = [
      socket.$on('message', () => {
        heard.push('a')
        for (const dispose of disposers) dispose()
      }),
      socket.$on('message', () => heard.push('b')),
    ]
    openNow()
    sockets.latest.receive('1')
    sockets.latest.receive('2')
    expect(heard).toEqual(['a', 'b'])
  })

  it('keeps a listener that throws from harming the others, and lets its error out later', () => {
    const { socket, sockets, openNow, clock, events } = setUp()
    socket.$on('open', () => {
      throw new Error('a bug')
    })
    openNow()
    sockets.latest.receive('1')
    expect(events).toEqual(['open', 'message 1'])
    expect(() => clock.elapseSync(0)).toThrow('a bug')
  })
})

/** A server that refuses every attempt, and the waits in between when chance makes each as long as it may be. */
function refused(options: Parameters<typeof setUp>[0]) {
  const parts = setUp(options)
  parts.clock.random = () => 0.999
  parts.sockets.onAttempt = (attempt) => attempt.fail()
  parts.socket.open()
  const waits = (): number[] =>
    parts.events.flatMap((event) =>
      event.startsWith('reconnecting') ? [Number(event.split(' ')[2])] : [],
    )
  return { ...parts, waits }
}

describe('reconnecting', () => {
  it('waits a random time under a bound that doubles up to the maximum', async () => {
    const { socket, sockets, clock, events } = setUp({
      reconnectDelay: 100,
      reconnectDelayMax: 1_000,
    })
    clock.setRandom(0.999, 0.999, 0.999, 0, 0.999, 0.5)
    socket.open()
    for (let attempt = 0; attempt < 6; attempt += 1) {
      sockets.latest.fail()
      await clock.elapse(1_000)
    }
    const waits = events.filter((event) => event.startsWith('reconnecting'))
    expect(waits).toEqual([
      'reconnecting 1 99',
      'reconnecting 2 199',
      'reconnecting 3 399',
      'reconnecting 4 0',
      'reconnecting 5 999',
      'reconnecting 6 500',
    ])
  })

  it.each([
    ['ten seconds while somebody looks at the app', {}, false, 9_990],
    ['thirty seconds in the background', { backgroundGrace: 600_000 }, true, 29_970],
    [
      'thirty seconds in the background that is never left',
      { backgroundGrace: Infinity },
      true,
      29_970,
    ],
    ['thirty seconds where there is no background', { lifecycle: undefined }, false, 29_970],
    ['what it is told', { reconnectDelayMax: 7_000 }, false, 6_993],
  ])('waits up to %s', async (_, options, isAway, longest) => {
    const { waits, clock, lifecycle } = refused(options)
    if (isAway) lifecycle.goToBackground()
    await clock.elapse(300_000)
    expect(Math.max(...waits())).toBe(longest)
  })

  it('waits no longer than others do once somebody is back from the background', async () => {
    const { waits, clock, lifecycle } = refused({ backgroundGrace: 600_000 })
    lifecycle.goToBackground()
    await clock.elapse(300_000)
    const before = waits().length
    lifecycle.goToForeground()
    await clock.elapse(60_000)
    expect(new Set(waits().slice(before))).toEqual(new Set([9_990]))
  })

  it('goes on for hundreds of attempts without a wait beyond the maximum', async () => {
    const { socket, sockets, clock } = setUp({ reconnectDelayMax: 2_000 })
    socket.open()
    for (let attempt = 0; attempt < 300; attempt += 1) {
      sockets.latest.fail()
      await clock.elapse(2_000)
    }
    expect(sockets.all).toHaveLength(301)
  })

  it('starts with the shortest wait again after a connection that lived', async () => {
    const { socket, sockets, clock, events } = setUp()
    socket.open()
    sockets.latest.fail()
    await clock.elapse(250)
    sockets.latest.fail()
    await clock.elapse(500)
    sockets.latest.open()
    await clock.elapse(5_000)
    sockets.latest.end()
    expect(events.filter((event) => event.startsWith('reconnecting'))).toEqual([
      'reconnecting 1 250',
      'reconnecting 2 500',
      'reconnecting 1 250',
    ])
  })

  it('does not take a connection that is cut at once for a good one', async () => {
    const { socket, sockets, clock, events } = setUp()
    socket.open()
    for (let cut = 0; cut < 3; cut += 1) {
      sockets.latest.open()
      sockets.latest.end()
      await clock.elapse(2_000)
    }
    expect(events.filter((event) => event.startsWith('reconnecting'))).toEqual([
      'reconnecting 1 250',
      'reconnecting 2 500',
      'reconnecting 3 1000',
    ])
  })

  it('takes the word of the protocol above that a connection is good', async () => {
    const { socket, sockets, clock, events } = setUp()
    socket.open()
    for (let cut = 0; cut < 3; cut += 1) {
      sockets.latest.open()
      socket.confirm()
      sockets.latest.end()
      await clock.elapse(500)
    }
    expect(events.filter((event) => event.startsWith('reconnecting'))).toEqual(
      Array(3).fill('reconnecting 1 250'),
    )
  })

  it('tries at once when open is called during a wait', () => {
    const { socket, sockets } = setUp()
    socket.open()
    sockets.latest.fail()
    socket.open()
    expect(sockets.all).toHaveLength(2)
  })

  it('makes no second attempt from the wait that open has cut short', async () => {
    const { socket, sockets, clock } = setUp()
    socket.open()
    sockets.latest.fail()
    socket.open()
    sockets.latest.open()
    await clock.elapse(5_000)
    expect(sockets.all).toHaveLength(2)
  })

  it('stays closed after a loss when reconnecting is off, and tells the code', async () => {
    const { sockets, clock, events, openNow, socket, lifecycle } = setUp({ reconnect: false })
    openNow()
    sockets.latest.end(4000, 'bye')
    await clock.elapse(60_000)
    expect(events).toEqual(['open', 'close 4000 bye'])
    expect(sockets.all).toHaveLength(1)
    expect(clock.timerCount).toBe(0)
    expect(lifecycle.listenerCount).toBe(0)
    socket.open()
    expect(sockets.all).toHaveLength(2)
  })

  it('gives a connection up on restart and does nothing where there is none', () => {
    const { socket, sockets, events, openNow } = setUp()
    socket.restart('early')
    openNow()
    socket.restart('no answer')
    socket.restart('again')
    expect(events).toEqual(['open', 'close 1006 no answer', 'reconnecting 1 250'])
    expect(sockets.latest.isClosed).toBe(true)
  })
})

describe('errors and stale events', () => {
  it('takes an error that no close follows as the end', async () => {
    const { sockets, clock, events, openNow } = setUp()
    openNow()
    sockets.latest.fail('reset by peer')
    expect(events).toEqual([
      'open',
      'error reset by peer',
      'close 1006 reset by peer',
      'reconnecting 1 250',
    ])
    await clock.elapse(250)
    expect(sockets.all).toHaveLength(2)
  })

  it('counts an error and the close after it once', () => {
    const { sockets, events, openNow } = setUp()
    openNow()
    sockets.latest.fail('lost')
    sockets.latest.end(1006, 'lost')
    expect(events.filter((event) => event.startsWith('close'))).toHaveLength(1)
    expect(events.filter((event) => event.startsWith('reconnecting'))).toHaveLength(1)
  })

  it('ignores everything a replaced socket still says', async () => {
    const { socket, sockets, clock, events, openNow } = setUp()
    openNow()
    const old = sockets.latest
    old.end(1001, 'going away')
    await clock.elapse(250)
    sockets.latest.open()
    events.length = 0
    old.open()
    old.receive('late')
    old.fail('late')
    old.end(1006, 'late')
    expect(events).toEqual([])
    expect(socket.isConnected).toBe(true)
    expect(sockets.all).toHaveLength(2)
  })

  it('ignores a late open of an attempt that was given up', async () => {
    const { socket, sockets, clock, events } = setUp()
    socket.open()
    await clock.elapse(10_000)
    events.length = 0
    sockets.all[0]!.open()
    expect(socket.isConnected).toBe(false)
    expect(events).toEqual([])
  })

  it('lets a listener of error close the socket for good', async () => {
    const { socket, sockets, clock } = setUp()
    socket.$on('error', () => socket.close())
    socket.open()
    sockets.latest.fail()
    await clock.elapse(60_000)
    expect(sockets.all).toHaveLength(1)
    expect(clock.timerCount).toBe(0)
  })

  it('lets a listener of close open again without a second attempt later', async () => {
    const { socket, sockets, clock, openNow, events } = setUp()
    openNow()
    socket.$on('close', () => socket.open())
    sockets.latest.end()
    sockets.latest.open()
    await clock.elapse(3_000)
    expect(sockets.all).toHaveLength(2)
    expect(events.filter((event) => event.startsWith('reconnecting'))).toEqual([])
  })
})

describe('closing', () => {
  it('closes the platform socket, tells it once and leaves no timer or listener behind', () => {
    const { socket, sockets, events, openNow, clock, lifecycle, network } = setUp()
    openNow()
    socket.close()
    socket.close()
    expect(sockets.latest.isClosed).toBe(true)
    expect(events).toEqual(['open', 'close 1000 closed by the client'])
    expect(clock.timerCount).toBe(0)
    expect(lifecycle.listenerCount + network.listenerCount).toBe(0)
  })

  it('abandons a wait for the next attempt', async () => {
    const { socket, sockets, clock } = setUp()
    socket.open()
    sockets.latest.fail()
    socket.close()
    await clock.elapse(60_000)
    expect(sockets.all).toHaveLength(1)
  })

  it('can be opened again', () => {
    const { socket, sockets, openNow, lifecycle } = setUp()
    openNow()
    socket.close()
    openNow()
    expect(sockets.all).toHaveLength(2)
    expect(socket.isConnected).toBe(true)
    expect(lifecycle.listenerCount).toBe(2)
  })
})
