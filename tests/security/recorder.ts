import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A cable before a server that writes down the address of every request. */
export type Recorder = {
  url: string
  /** Request lines such as `GET /api/v1/me HTTP/1.1`, as they went over the wire. */
  requestLines(): string[]
  close(): Promise<void>
}

const requestLine = /(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\S+) HTTP\/1\.1/g

export async function startRecorder(target: string): Promise<Recorder> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const sent = new Map<Socket, string[]>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    const chunks: string[] = []
    sent.set(client, chunks)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (data) => chunks.push(data.toString('latin1')))
    client.pipe(upstream)
    upstream.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestLines: () =>
      [...sent.values()].flatMap((chunks) => chunks.join('').match(requestLine) ?? []),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
