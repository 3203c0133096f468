import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { systemClock } from '../../../../src/platform/clock'
import { createDdpClient, ddpPing, type DdpClient } from '../../../../src/realtime/ddpClient'
import { Socket } from '../../../../src/realtime/socket'
import { openNodeSocket } from '../support/nodePlatform'

type Frame = { msg: string; id?: string; method?: string; params?: unknown[] }

/** A real server that speaks just enough DDP; port 0 the first time, the same port when it is started again. */
async function startServer(port = 0) {
  const server = new WebSocketServer({ port, host: '127.0.0.1' })
  const sockets: WebSocket[] = []
  server.on('connection', (socket) => {
    sockets.push(socket)
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Frame
      const answer = (reply: object): void => socket.send(JSON.stringify(reply))
      if (frame.msg === 'connect') answer({ msg: 'connected', session: 's' })
      if (frame.msg === 'ping') answer({ msg: 'pong' })
      if (frame.msg === 'method') answer({ msg: 'result', id: frame.id, result: frame.params })
      if (frame.msg === 'sub') answer({ msg: 'ready', subs: [frame.id] })
    })
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    stop: async () => {
      for (const socket of server.clients) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function createClient(port: number): DdpClient {
  const socket = new Socket({
    server: `ws://127.0.0.1:${port}/websocket`,
    openSocket: openNodeSocket,
    clock: systemClock,
    reconnectDelay: 20,
    reconnectDelayMax: 50,
    ping: () => ddpPing,
  })
  return createDdpClient({ socket, clock: systemClock, token: () => 'token' })
}

function reach(client: DdpClient, state: string): Promise<void> {
  return new Promise((resolve) => {
    if (client.state === state) resolve()
    const dispose = client.onState((reached) => {
      if (reached !== state) return
      dispose()
      resolve()
    })
  })
}

describe('Socket and DDP over ws in Node', () => {
  it('log in, call, subscribe, receive, survive a cut and a restarted server, and close', async () => {
    let server = await startServer()
    const client = createClient(server.port)
    const seen: unknown[] = []
    client.onFrame(({ args }) => seen.push(args[0]))
    client.subscribe('stream-room-messages', 'room-1')
    client.open()
    await reach(client, 'live')
    await expect(client.call('echo', 'a', 2)).resolves.toEqual(['a', 2])

    const event = { msg: 'changed', collection: 'stream-room-messages', id: 'id' }
    const send = (text: string): Promise<void> => {
      const heard = new Promise<void>((resolve) => {
        const dispose = client.onFrame(() => {
          dispose()
          resolve()
        })
      })
      const fields = { eventName: 'room-1', args: [text] }
      server.sockets.at(-1)!.send(JSON.stringify({ ...event, fields }))
      return heard
    }
    await send('before')

    const offline = reach(client, 'offline')
    server.sockets.at(-1)!.terminate()
    await offline
    await reach(client, 'live')
    await send('after the cut')

    const gone = reach(client, 'offline')
    await server.stop()
    await gone
    server = await startServer(server.port)
    await reach(client, 'live')
    await send('after the restart')

    expect(seen).toEqual(['before', 'after the cut', 'after the restart'])
    expect(client.generation).toBe(3)
    client.close()
    await server.stop()
  })
})
