import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import WebSocket, { WebSocketServer } from 'ws'
import type { DdpGuard } from '../../../../server/gateway/proxy/ddpGuard'
import { joinSockets } from '../../../../server/gateway/proxy/framePass'

let servers: WebSocketServer[]
beforeEach(() => {
  servers = []
})
afterEach(() => {
  for (const server of servers) {
    for (const socket of server.clients) socket.terminate()
    server.close()
  }
})

/** Both ends of a socket. */
async function pair(): Promise<{ near: WebSocket; far: WebSocket }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  servers.push(server)
  await once(server, 'listening')
  const far = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const [[near]] = (await Promise.all([once(server, 'connection'), once(far, 'open')])) as [
    [WebSocket],
    unknown,
  ]
  return { near, far }
}

async function joined(guard: DdpGuard) {
  const [client, chat] = await Promise.all([pair(), pair()])
  joinSockets(client.near, chat.near, guard, () => undefined)
  return { client, chat }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Resolves with what has come when it is so much. */
const received = (socket: WebSocket, count: number) =>
  new Promise<string[]>((resolve) => {
    const texts: string[] = []
    socket.on('message', (data) => {
      texts.push((data as Buffer).toString('utf8'))
      if (texts.length === count) resolve(texts)
    })
  })

const count = 4_000
const numbered = Array.from({ length: count }, (_, index) => `${index}`.padEnd(1_000))
const mebibyte = 1024 * 1024

describe('joinSockets', () => {
  it('does not gather answers for a client that does not read them, and goes on when it does', async () => {
    let most = 0
    const { client } = await joined((text) => {
      most = Math.max(most, client.near.bufferedAmount)
      return Promise.resolve({ answer: text.padEnd(4_000) })
    })
    client.far.pause()
    const answers = received(client.far, count)
    for (const text of numbered) client.far.send(text)
    while (client.near.bufferedAmount <= mebibyte) await turn()
    for (let turns = 0; turns < 500; turns += 1) await turn()
    client.far.resume()
    expect((await answers).map((text) => text.trim())).toEqual(numbered.map((text) => text.trim()))
    expect(most).toBeLessThan(2 * mebibyte)
  })

  it('reads a client on that has caught up with the chat server', async () => {
    const { client, chat } = await joined((text) => Promise.resolve({ text }))
    client.far.pause()
    const [down, up] = [received(client.far, count), received(chat.far, count)]
    for (const text of numbered) chat.far.send(text.padEnd(4_000))
    while (client.near.bufferedAmount <= mebibyte) await turn()
    for (const text of numbered) client.far.send(text)
    for (let turns = 0; turns < 50; turns += 1) await turn()
    client.far.resume()
    expect((await down).map((text) => text.trim())).toEqual(numbered.map((text) => text.trim()))
    expect(await up).toEqual(numbered)
  })
})
