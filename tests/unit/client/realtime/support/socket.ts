import { Socket } from '../../../../../src/realtime/socket'
import type { SocketOptions } from '../../../../../src/realtime/socketOptions'
import { createFakeClock } from '../../support/fakeClock'
import { createFakeLifecycle, createFakeNetwork } from '../../support/fakePlatform'
import { createFakeSockets } from '../../support/fakeSockets'

export function setUp(options: Partial<SocketOptions> = {}) {
  const clock = createFakeClock()
  const sockets = createFakeSockets()
  const lifecycle = createFakeLifecycle()
  const network = createFakeNetwork()
  const socket = new Socket({
    server: 'wss://chat.example/websocket',
    openSocket: sockets.openSocket,
    clock,
    lifecycle,
    network,
    ping: () => 'ping',
    ...options,
  })
  const events: string[] = []
  socket.$on('open', () => events.push('open'))
  socket.$on('message', (text) => events.push(`message ${text}`))
  socket.$on('close', (code, reason) => events.push(`close ${code} ${reason}`))
  socket.$on('error', (reason) => events.push(`error ${reason}`))
  socket.$on('reconnecting', (attempt, ms) => events.push(`reconnecting ${attempt} ${ms}`))
  const openNow = (): void => {
    socket.open()
    sockets.latest.open()
  }
  return { clock, sockets, lifecycle, network, socket, events, openNow }
}
