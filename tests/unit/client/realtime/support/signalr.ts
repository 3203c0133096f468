import type { StreamFrame } from '../../../../../src/realtime/realtime'
import { createSignalrRealtime } from '../../../../../src/realtime/signalrRealtime'
import { createFakeClock, flush } from '../../support/fakeClock'
import { createFakeHub } from '../../support/fakeHub'
import { createFakeLifecycle, createFakeNetwork } from '../../support/fakePlatform'
import { createFakeSockets } from '../../support/fakeSockets'

// The official client runs here, on fake sockets against a hub of the tests. Its own timers are real ones and never due.

const open: { close(): void }[] = []

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const realtime of open.splice(0)) realtime.close()
  await flush()
}

/** Everything that was asked and answered has come: the official client goes through many promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await flush()
}

export function setUp() {
  const clock = createFakeClock()
  const sockets = createFakeSockets()
  const hub = createFakeHub(sockets)
  const lifecycle = createFakeLifecycle()
  const network = createFakeNetwork()
  let token = 'token-1'
  const realtime = createSignalrRealtime({
    url: 'wss://im.example/signalr',
    userId: 'u1',
    token: () => token,
    openSocket: sockets.openSocket,
    clock,
    lifecycle,
    network,
  })
  open.push(realtime)
  const states: string[] = []
  const frames: StreamFrame[] = []
  realtime.onState((state) => states.push(state))
  realtime.onFrame((frame) => frames.push(frame))
  const connect = async (): Promise<void> => {
    sockets.latest.open()
    await settle()
  }
  const goLive = async (): Promise<void> => {
    realtime.open()
    await settle()
    await connect()
  }
  /** Lets the back-off pass and opens the next socket. */
  const comeBack = async (): Promise<void> => {
    const attempts = sockets.all.length
    for (let waited = 0; waited < 40_000 && sockets.all.length === attempts; waited += 100) {
      await clock.elapse(100)
    }
    expect(sockets.all.length).toBe(attempts + 1)
    await connect()
  }
  const setToken = (next: string): void => {
    token = next
  }
  return {
    ...{ clock, sockets, hub, lifecycle, network, realtime, states, frames },
    ...{ connect, goLive, comeBack, setToken },
  }
}

export const invocation = (target: string, ...args: unknown[]): string =>
  `${JSON.stringify({ type: 1, target, arguments: args })}\u001e`
