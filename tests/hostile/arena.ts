import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  openDdp,
  startTestServer,
  type DdpClient,
  type RestClient,
  type TestServer,
} from '../unit/server/embedded/support'
import type { EmbeddedOptions } from '../../server/embedded/server'

/** Times in milliseconds. */
export type WitnessReport = { rounds: number; median: number; slowest: number }

/**
 * A workspace in which two well-behaved people chat while something hostile goes on. The server runs in this process, so
 * that an attack which kills the process or blocks its loop fails the test.
 */
export type Arena = {
  test: TestServer
  ann: RestClient
  bob: RestClient
  rid: string
  /** Whoever attacks. */
  mallory: RestClient
  /** A socket of mallory. */
  open(): Promise<DdpClient>
  /**
   * Lets ann send and bob receive, over and over while `attack` runs and at least `rounds` times, and answers how long
   * a message took from the call to bob's socket.
   */
  witness(attack: Promise<unknown>, rounds?: number): Promise<WitnessReport>
  /** How much memory the process holds more than when it was last asked; in bytes. */
  growth(): number
  close(): Promise<void>
}

const settled = async (attack: Promise<unknown>): Promise<() => boolean> => {
  let over = false
  void attack.finally(() => {
    over = true
  })
  await Promise.resolve()
  return () => over
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is in use after a collection, in bytes. */
const heldBytes = (): number => {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** A listener that says nothing for 30 s would be taken for dead, which a slow machine makes of every listener. */
const answerPings = async (socket: DdpClient): Promise<void> => {
  for (;;) {
    await socket.next((frame) => frame.msg === 'ping')
    socket.send({ msg: 'pong' })
  }
}

const openPair = async (test: TestServer, ann: RestClient, bob: RestClient) => {
  const made = await ann.post('channels.create', { name: 'witnesses', members: ['bob'] })
  const { _id: rid } = made.body.channel as { _id: string }
  const listener = await openDdp(test.server.url, bob)
  await listener.subscribe('stream-room-messages', rid, false)
  void answerPings(listener)
  return { rid, listener }
}

export const openArena = async (options: Partial<EmbeddedOptions> = {}): Promise<Arena> => {
  const test = await startTestServer(options)
  const ann = await test.person('ann')
  const bob = await test.person('bob')
  const mallory = await test.person('mallory')
  const { rid, listener } = await openPair(test, ann, bob)
  // Without it a round would wait for ever.
  const lost = listener.closed.then(() => {
    if (!isClosing) throw new Error('the witness lost its socket')
  })
  lost.catch(() => undefined)
  let isClosing = false
  let count = 0
  let held = heldBytes()
  const round = async (): Promise<number> => {
    const _id = `witness-${(count += 1)}`
    const started = performance.now()
    const received = listener.next((frame) => {
      const [message] = (frame.fields as { args?: { _id?: string }[] } | undefined)?.args ?? []
      return message?._id === _id
    })
    const { status } = await ann.post('chat.sendMessage', {
      message: { _id, rid, msg: 'still here' },
    })
    if (status !== 200) throw new Error(`a well-behaved message was answered with ${status}`)
    await Promise.race([received, lost])
    listener.frames.length = 0
    return performance.now() - started
  }
  return {
    test,
    ann,
    bob,
    rid,
    mallory,
    open: () => openDdp(test.server.url, mallory),
    witness: async (attack, rounds = 10) => {
      const isOver = await settled(attack)
      const times: number[] = []
      while (!isOver() || times.length < rounds) times.push(await round())
      await attack
      times.sort((a, b) => a - b)
      const median = times[Math.floor(times.length / 2)] ?? 0
      return { rounds: times.length, median, slowest: times.at(-1) ?? 0 }
    },
    growth: () => {
      const now = heldBytes()
      const grown = now - held
      held = now
      return grown
    },
    close: async () => {
      isClosing = true
      listener.close()
      await test.close()
    },
  }
}

export const mebibyte = 1024 * 1024

/** The longest that the loop of this process stood still while `work` ran, in milliseconds. */
export const longestPause = async (work: () => Promise<unknown>): Promise<number> => {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  await work()
  delay.disable()
  return delay.max / 1e6
}
