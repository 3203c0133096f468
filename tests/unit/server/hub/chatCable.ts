import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** The cable between gateway and chat server: tests count what goes through it, cut it and let it fall silent. */
export type ChatCable = {
  url: string
  /** Websockets that are open now. */
  websockets(): number
  /** Websockets that were ever opened. */
  opened(): number
  /** The chat tokens that the gateway has sent for this chat user with REST, the newest last. */
  tokensOf(chatUserId: string): string[]
  /** Ends every websocket. */
  cut(): void
  /** Websockets stay open and nothing comes through them any more; new ones work. */
  silence(): void
  close(): Promise<void>
}

export async function createChatCable(targetPort: () => number): Promise<ChatCable> {
  const websockets = new Set<Socket>()
  const sockets = new Set<Socket>()
  const sent: string[] = []
  let opened = 0
  const server = createServer((client) => {
    const upstream = connect(targetPort(), '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => {
        sockets.delete(socket)
        websockets.delete(upstream)
        client.destroy()
        upstream.destroy()
      })
    }
    client.once('data', (data) => {
      if (!data.toString('latin1').startsWith('GET /websocket')) return
      opened += 1
      websockets.add(upstream)
    })
    client.on('data', (data) => sent.push(data.toString('latin1')))
    client.pipe(upstream)
    upstream.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    websockets: () => websockets.size,
    opened: () => opened,
    tokensOf(chatUserId) {
      const heads = sent.filter((text) => text.includes(`x-user-id: ${chatUserId}`))
      return heads.flatMap((text) => /x-auth-token: (\S+)/.exec(text)?.[1] ?? [])
    },
    cut() {
      for (const socket of websockets) socket.destroy()
    },
    silence() {
      for (const socket of websockets) {
        socket.unpipe()
        socket.resume()
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
