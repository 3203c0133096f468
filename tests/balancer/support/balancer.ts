import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A plain TCP balancer: it knows nothing of what it carries. */
export type Balancer = {
  url: string
  /** How many connections each target has been given. */
  readonly counts: readonly number[]
  close(): Promise<void>
}

/**
 * Gives connections to the targets in turn; one that does not accept is passed over.
 *
 * @param ports on this machine.
 */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>()
  const counts = ports.map(() => 0)
  let turn = 0
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
  }
  const server = createServer((client) => {
    track(client)
    client.pause()
    const first = turn++
    const attempt = (tried: number) => {
      if (tried === ports.length) {
        client.destroy()
        return
      }
      const index = (first + tried) % ports.length
      const target = connect(ports[index]!, '127.0.0.1')
      const refused = () => attempt(tried + 1)
      target.once('error', refused)
      target.once('connect', () => {
        target.off('error', refused)
        track(target)
        counts[index]! += 1
        client.pipe(target)
        target.pipe(client)
        client.once('close', () => target.destroy())
        target.once('close', () => client.destroy())
      })
    }
    attempt(0)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
