import { createDdpRealtime } from '../../../../src/realtime/ddpRealtime'
import type { RoomHandle } from '../../../../src/realtime/realtime'
import { createFakeClock, flush } from '../support/fakeClock'
import { serveFakeDdp } from '../support/fakeDdpServer'
import { createFakeLifecycle, createFakeNetwork } from '../support/fakePlatform'
import { createFakeSockets } from '../support/fakeSockets'

const userStreamCount = 5
const roomStreamCount = 4

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function setUp(seed: number) {
  const random = createRandom(seed)
  const clock = Object.assign(createFakeClock(), { random })
  const sockets = createFakeSockets()
  const server = serveFakeDdp(sockets)
  const lifecycle = createFakeLifecycle()
  const network = createFakeNetwork()
  const realtime = createDdpRealtime({
    url: 'ws://chat.example/websocket',
    userId: 'u1',
    username: 'ann',
    token: () => 'token-1',
    openSocket: sockets.openSocket,
    clock,
    lifecycle,
    network,
  })
  const rooms: { id: string; handle: RoomHandle }[] = []
  const flip = (): boolean => random() < 0.5
  const steps: (() => void)[] = [
    () => sockets.latest.end(),
    () => sockets.latest.fail(),
    () => sockets.latest.receive('{'),
    () => (sockets.latest.onSent = undefined),
    () => (server.accepts = flip()),
    () => (server.answersConnect = flip()),
    () => (server.answersLogin = flip()),
    () => (server.answersSubs = flip()),
    () => lifecycle.goToBackground(),
    () => lifecycle.goToForeground(),
    () => network.change(flip()),
    () => realtime.checkNow(),
    () => realtime.sendTyping('room-1', flip()),
    () => realtime.close(),
    () => realtime.open(),
    () => {
      const id = `room-${Math.floor(random() * 4)}`
      rooms.push({ id, handle: realtime.openRoom(id) })
    },
    () => rooms.splice(Math.floor(random() * rooms.length), 1)[0]?.handle.dispose(),
  ]
  const step = async (): Promise<void> => {
    steps[Math.floor(random() * steps.length)]!()
    await clock.elapse(Math.floor(random() ** 3 * 40_000))
  }
  const heal = async (): Promise<void> => {
    Object.assign(server, {
      accepts: true,
      answersConnect: true,
      answersLogin: true,
      answersSubs: true,
    })
    lifecycle.goToForeground()
    realtime.open()
    await clock.elapse(180_000)
  }
  return { clock, sockets, server, realtime, rooms, step, heal }
}

describe('after any history of faults', () => {
  it.each(Array.from({ length: 200 }, (_, seed) => [seed]))(
    'a healed connection is live with exactly what is wanted (seed %i)',
    async (seed) => {
      const { clock, sockets, server, realtime, rooms, step, heal } = setUp(seed)
      realtime.open()
      await flush()
      let generation = 0
      for (let count = 0; count < 60; count += 1) {
        await step()
        expect(sockets.all.filter(({ isClosed }) => !isClosed).length).toBeLessThanOrEqual(1)
        expect(realtime.generation).toBeGreaterThanOrEqual(generation)
        generation = realtime.generation
      }
      await heal()
      expect(realtime.state).toBe('live')
      const wanted = new Set(rooms.map(({ id }) => id))
      const names = [...server.subs.values()]
      expect(new Set(names).size).toBe(names.length)
      expect(names).toHaveLength(userStreamCount + wanted.size * roomStreamCount)
      await Promise.all(rooms.map(({ handle }) => handle.ready))
      realtime.close()
      expect(clock.timerCount).toBe(0)
      expect(sockets.all.every(({ isClosed }) => isClosed)).toBe(true)
    },
  )
})
