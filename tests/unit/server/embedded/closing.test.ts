import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { startEmbedded } from '../../../../server/embedded/server'
import { until } from './files/fileSupport'
import { newDataDir, removeDir } from './support'

let dataDir: string
let before: readonly string[]
beforeEach(() => {
  dataDir = newDataDir()
  before = holding()
})
afterEach(() => removeDir(dataDir))

/** What keeps this process from ending. Jobs of the thread pool end by themselves. */
function holding(): string[] {
  const kinds = ['TCPServerWrap', 'TCPSocketWrap', 'Timeout', 'PipeWrap', 'FSReqPromise']
  return process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind))
}

const opened = (port: number, text: string): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => undefined)
    socket.on('close', () => undefined)
    socket.once('connect', () => socket.write(text, () => resolve(socket)))
  })

const head = (line: string, ...fields: string[]): string =>
  `${[line, 'Host: x', ...fields].join('\r\n')}\r\n\r\n`

test('a closed server holds nothing, whatever its clients were doing', async () => {
  const server = await startEmbedded({ port: 0, dataDir, hashRounds: 1 })
  const sockets = await Promise.all([
    opened(server.port, ''),
    opened(server.port, head('GET /api/info HTTP/1.1')),
    opened(server.port, 'GET /api/info HTTP/1.1\r\nX-Never-Ends: '),
    opened(server.port, head('POST /api/v1/login HTTP/1.1', 'Content-Length: 100')),
    opened(
      server.port,
      head(
        'GET /websocket HTTP/1.1',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ),
    ),
  ])
  await server.close()
  for (const socket of sockets) socket.destroy()
  await until(() => holding().length <= before.length)
})

test('a server that could not start holds nothing and gives its folder back', async () => {
  const other: Server = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  await expect(startEmbedded({ port, dataDir })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await new Promise((resolve) => other.close(resolve))
  await until(() => holding().length <= before.length)
  const server = await startEmbedded({ port: 0, dataDir, hashRounds: 1 })
  await server.close()
})
