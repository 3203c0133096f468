import { createDdpClient, ddpPing } from '../../../../../src/realtime/ddpClient'
import type { DdpClientOptions } from '../../../../../src/realtime/ddpOptions'
import type { StreamFrame } from '../../../../../src/realtime/realtime'
import { Socket } from '../../../../../src/realtime/socket'
import { createFakeClock, flush } from '../../support/fakeClock'
import { serveFakeDdp } from '../../support/fakeDdpServer'
import { createFakeSockets } from '../../support/fakeSockets'

export function setUp(options: Partial<DdpClientOptions> = {}) {
  const clock = createFakeClock()
  const sockets = createFakeSockets()
  const server = serveFakeDdp(sockets)
  const socket = new Socket({
    server: 'ws://chat.example/websocket',
    openSocket: sockets.openSocket,
    clock,
    ping: () => ddpPing,
  })
  const client = createDdpClient({ socket, clock, token: () => 'token-1', ...options })
  const states: string[] = []
  const frames: StreamFrame[] = []
  client.onState((state) => states.push(state))
  client.onFrame((frame) => frames.push(frame))
  const goLive = async (): Promise<void> => {
    client.open()
    await flush()
  }
  /** Cuts the connection and waits until the next one is through its handshake. */
  const reconnect = async (): Promise<void> => {
    sockets.latest.end()
    await clock.elapse(500)
  }
  const kinds = (): unknown[] =>
    server.received.map(({ msg, method, name }) => method ?? name ?? msg)
  return { clock, sockets, server, socket, client, states, frames, goLive, reconnect, kinds }
}

export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => error,
  )
}
