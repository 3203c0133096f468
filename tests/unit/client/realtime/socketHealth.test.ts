import { setUp } from './support/socket'

describe('heartbeat', () => {
  it('pings after silence and keeps a socket that answers', async () => {
    const { socket, sockets, clock, openNow } = setUp()
    openNow()
    for (let round = 0; round < 5; round += 1) {
      await clock.elapse(25_000)
      sockets.latest.receive('pong')
      await clock.elapse(10_000)
    }
    expect(sockets.latest.sent.every((frame) => frame === 'ping')).toBe(true)
    expect(sockets.latest.sent.length).toBeGreaterThanOrEqual(3)
    expect(socket.isConnected).toBe(true)
    expect(sockets.all).toHaveLength(1)
  })

  it('does not ping while frames come in', async () => {
    const { sockets, clock, openNow } = setUp()
    openNow()
    for (let second = 0; second < 120; second += 10) {
      sockets.latest.receive('news')
      await clock.elapse(10_000)
    }
    expect(sockets.latest.sent).toEqual([])
  })

  it('takes any frame as the answer', async () => {
    const { socket, sockets, clock, openNow } = setUp()
    openNow()
    await clock.elapse(25_000)
    sockets.latest.receive('news')
    await clock.elapse(10_000)
    expect(socket.isConnected).toBe(true)
  })

  it('replaces a half-open socket that does not answer', async () => {
    const { sockets, clock, events, openNow } = setUp()
    openNow()
    await clock.elapse(35_000)
    expect(events).toEqual(['open', 'close 1006 no answer to the ping', 'reconnecting 1 250'])
    expect(sockets.all[0]!.isClosed).toBe(true)
  })

  it('is not fooled by a device clock that is set back', async () => {
    const { clock, events, openNow } = setUp()
    openNow()
    clock.jump(-600_000)
    await clock.elapse(35_000)
    expect(events).toContain('close 1006 no answer to the ping')
  })

  it('is off without a ping frame', async () => {
    const { socket, sockets, clock, openNow } = setUp({ ping: undefined })
    openNow()
    await clock.elapse(600_000)
    socket.checkNow()
    expect(sockets.latest.sent).toEqual([])
    expect(socket.isConnected).toBe(true)
  })
})

describe('checking now', () => {
  it('finds a zombie within the time given and reconnects at once', async () => {
    const { socket, sockets, clock, openNow } = setUp()
    openNow()
    socket.checkNow(2_000)
    expect(sockets.latest.sent).toEqual(['ping'])
    await clock.elapse(1_999)
    expect(sockets.all).toHaveLength(1)
    await clock.elapse(1)
    expect(sockets.all).toHaveLength(2)
  })

  it('waits as after any failure when the new connection fails too', async () => {
    const { socket, sockets, clock, openNow } = setUp()
    openNow()
    socket.checkNow(2_000)
    await clock.elapse(2_000)
    sockets.latest.fail()
    expect(sockets.all).toHaveLength(2)
    await clock.elapse(500)
    expect(sockets.all).toHaveLength(3)
  })

  it('keeps a connection with a round trip of a second', async () => {
    const { socket, sockets, clock, openNow } = setUp()
    openNow()
    socket.checkNow()
    await clock.elapse(1_200)
    sockets.latest.receive('pong')
    await clock.elapse(20_000)
    expect(sockets.all).toHaveLength(1)
  })

  it('does not reconnect where that is not wanted', async () => {
    const { socket, sockets, clock, events, openNow } = setUp({ reconnect: false })
    openNow()
    socket.checkNow()
    await clock.elapse(2_000)
    expect([sockets.all.length, events.at(-1)]).toEqual([1, 'close 1006 no answer to the ping'])
  })

  it('keeps a socket that answers', async () => {
    const { socket, sockets, clock, openNow } = setUp()
    openNow()
    socket.checkNow(2_000)
    sockets.latest.receive('pong')
    await clock.elapse(20_000)
    expect(sockets.all).toHaveLength(1)
  })

  it('sends one ping for many checks, whose answer is not put off by them', async () => {
    const { socket, sockets, clock, openNow } = setUp()
    clock.setRandom(0)
    openNow()
    socket.checkNow()
    await clock.elapse(1_000)
    socket.checkNow()
    await clock.elapse(500)
    expect(sockets.all[0]!.sent).toEqual(['ping'])
    expect(sockets.all).toHaveLength(2)
  })

  it('shortens a regular probe that is under way', async () => {
    const { socket, sockets, clock, openNow } = setUp()
    clock.setRandom(0)
    openNow()
    await clock.elapse(25_000)
    socket.checkNow(2_000)
    await clock.elapse(2_000)
    expect(sockets.all).toHaveLength(2)
  })

  it('tries at once during a wait and shares an attempt under way', () => {
    const { socket, sockets } = setUp()
    socket.open()
    socket.checkNow()
    expect(sockets.all).toHaveLength(1)
    sockets.latest.fail()
    socket.checkNow()
    expect(sockets.all).toHaveLength(2)
  })

  it('does nothing when closed', () => {
    const { socket, sockets } = setUp()
    socket.checkNow()
    expect(sockets.all).toHaveLength(0)
  })
})

describe('background and foreground', () => {
  it('closes after the grace in the background and reopens at once in the foreground', async () => {
    const { sockets, clock, lifecycle, events, openNow } = setUp()
    openNow()
    lifecycle.goToBackground()
    await clock.elapse(9_999)
    expect(sockets.latest.isClosed).toBe(false)
    await clock.elapse(1)
    expect(sockets.latest.isClosed).toBe(true)
    expect(events).toEqual(['open', 'close 1000 in the background'])
    await clock.elapse(600_000)
    expect(sockets.all).toHaveLength(1)
    expect(clock.timerCount).toBe(0)
    lifecycle.goToForeground()
    expect(sockets.all).toHaveLength(2)
  })

  it('stays open over a short absence and probes on return', async () => {
    const { socket, sockets, clock, lifecycle, openNow } = setUp()
    openNow()
    lifecycle.goToBackground()
    await clock.elapse(5_000)
    lifecycle.goToForeground()
    expect(sockets.latest.sent).toEqual(['ping'])
    sockets.latest.receive('pong')
    await clock.elapse(20_000)
    expect(socket.isConnected).toBe(true)
    expect(sockets.all).toHaveLength(1)
  })

  it('reconnects without a question when its scripts were frozen for longer than the grace', () => {
    const { sockets, clock, lifecycle, events, openNow } = setUp()
    openNow()
    lifecycle.goToBackground()
    // Time passes and no timer runs, as in a mini-program that sleeps.
    clock.jump(600_000)
    lifecycle.goToForeground()
    expect(sockets.all).toHaveLength(2)
    expect([sockets.all[0]!.isClosed, sockets.all[0]!.sent]).toEqual([true, []])
    expect(events).toEqual(['open', 'close 1006 was in the background'])
  })

  it('probes when the clock was set back meanwhile', () => {
    const { sockets, clock, lifecycle, openNow } = setUp()
    openNow()
    lifecycle.goToBackground()
    clock.jump(-600_000)
    lifecycle.goToForeground()
    expect([sockets.all.length, sockets.latest.sent]).toEqual([1, ['ping']])
  })

  it('stops trying after the grace when it was cut in the background', async () => {
    const { sockets, clock, lifecycle, openNow } = setUp()
    openNow()
    lifecycle.goToBackground()
    sockets.latest.end()
    await clock.elapse(10_000)
    const attempts = sockets.all.length
    await clock.elapse(600_000)
    expect(sockets.all).toHaveLength(attempts)
    lifecycle.goToForeground()
    expect(sockets.all).toHaveLength(attempts + 1)
  })

  it('cuts a wait short on coming to the foreground', () => {
    const { socket, sockets, lifecycle } = setUp()
    socket.open()
    sockets.latest.fail()
    lifecycle.goToForeground()
    expect(sockets.all).toHaveLength(2)
  })

  it('stays open in the background when told to', async () => {
    const { socket, sockets, clock, lifecycle, openNow } = setUp({ backgroundGrace: Infinity })
    openNow()
    lifecycle.goToBackground()
    await clock.elapse(20_000)
    expect(socket.isConnected).toBe(true)
    expect(sockets.all).toHaveLength(1)
  })

  it('counts one grace although the background is told twice', async () => {
    const { sockets, clock, lifecycle, openNow } = setUp()
    openNow()
    lifecycle.goToBackground()
    await clock.elapse(6_000)
    lifecycle.goToBackground()
    await clock.elapse(4_000)
    expect(sockets.latest.isClosed).toBe(true)
    lifecycle.goToForeground()
    lifecycle.goToForeground()
    expect(sockets.all).toHaveLength(2)
  })

  it('does not wake what was closed for good', async () => {
    const { socket, sockets, clock, lifecycle, openNow } = setUp()
    openNow()
    lifecycle.goToBackground()
    socket.close()
    await clock.elapse(20_000)
    lifecycle.goToForeground()
    expect(sockets.all).toHaveLength(1)
  })
})

describe('network changes', () => {
  it('tries at once when the network returns during a wait', () => {
    const { socket, sockets, network } = setUp()
    socket.open()
    sockets.latest.fail()
    network.change(true)
    expect(sockets.all).toHaveLength(2)
  })

  it('starts an attempt anew that began on the old network', () => {
    const { socket, sockets, network } = setUp()
    socket.open()
    network.change(true)
    expect(sockets.all).toHaveLength(2)
    expect(sockets.all[0]!.isClosed).toBe(true)
    sockets.all[0]!.open()
    expect(socket.isConnected).toBe(false)
  })

  it('probes an open socket when the network changes either way', () => {
    const { socket, sockets, network, openNow } = setUp()
    openNow()
    network.change(false)
    expect(sockets.latest.sent).toEqual(['ping'])
    expect(socket.isConnected).toBe(true)
  })

  it('does not try because the network has gone', () => {
    const { socket, sockets, network } = setUp()
    socket.open()
    sockets.latest.fail()
    network.change(false)
    expect(sockets.all).toHaveLength(1)
  })
})
