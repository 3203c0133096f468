import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { headersOf, startHarness, type Harness, type Session } from './harness'

const mebibyte = 1024 * 1024
/** More than all buffers between two ends hold together, kernels' included. */
const bufferedAtMost = 64 * mebibyte
const chunk = Buffer.alloc(256 * 1024, 7)
const fileBytes = 300 * mebibyte

type Handler = (request: IncomingMessage, response: ServerResponse) => void

let harness: Harness
let alice: Session
let handlers: Map<string, Handler>
let front: ReturnType<typeof createServer>
beforeEach(async () => {
  harness = await startHarness()
  handlers = new Map()
  front = createServer((received, response) => {
    const handler = handlers.get((received.url ?? '').split('?')[0]!)
    if (handler) handler(received, response)
    else passOn(received, response)
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  await harness.restart({
    chatAddress: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
  })
  alice = await harness.open('alice')
})
afterEach(async () => {
  front.closeAllConnections()
  front.close()
  await harness.close()
})

/** Everything that a test does not serve itself goes to the stand-in of the chat server. */
function passOn(received: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = received
  const sent = request(`${harness.chat.url}${url}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers)
    answer.pipe(response)
  })
  received.pipe(sent)
}

/** Writes as long as the other side takes it. @returns how much it has taken. */
function pour(into: ServerResponse | Socket): { bytes(): number } {
  let bytes = 0
  const go = () => {
    while (!into.destroyed && bytes < fileBytes) {
      bytes += chunk.length
      if (!into.write(chunk)) {
        into.once('drain', go)
        return
      }
    }
  }
  go()
  return { bytes: () => bytes }
}

/** Waits until a number stays the same for some turns of the loop; that is when everything in between is full. */
async function standstill(read: () => number): Promise<number> {
  let last = -1
  for (let same = 0; same < 25;) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    const now = read()
    same = now === last ? same + 1 : 0
    last = now
  }
  return last
}

const clientSocket = async (): Promise<Socket> => {
  const socket = connect(harness.gateway.port, '127.0.0.1')
  socket.on('error', () => socket.destroy())
  await once(socket, 'connect')
  return socket
}

const head = (method: string, path: string, more = '') =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: gateway',
    ...Object.entries(headersOf(alice)).map(([name, value]) => `${name}: ${value}`),
    `${more}\r\n`,
  ].join('\r\n')

const uploadHead = () =>
  head(
    'POST',
    '/api/v1/rooms.media/r1',
    `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${fileBytes}\r\n`,
  )

describe('bodies that flow through the gateway', () => {
  it('wait for a reader who is slow, and are whole in the end', async () => {
    let poured: { bytes(): number } = { bytes: () => 0 }
    handlers.set('/file-upload/f/a.bin', (_request, response) => {
      response.writeHead(200, { 'content-length': fileBytes })
      poured = pour(response)
    })
    const socket = await clientSocket()
    socket.write(head('GET', '/file-upload/f/a.bin'))
    await once(socket, 'readable')
    expect(await standstill(() => poured.bytes())).toBeLessThan(bufferedAtMost)
    let received = 0
    await new Promise<void>((resolve) => {
      socket.on('data', (data: Buffer) => {
        received += data.length
        if (received > fileBytes) resolve()
      })
    })
    socket.destroy()
  }, 20_000)

  it('wait for a chat server that reads slowly', async () => {
    let incoming: IncomingMessage | undefined
    const arrived = new Promise<void>((resolve) => {
      handlers.set('/api/v1/rooms.media/r1', (received) => {
        incoming = received
        resolve()
      })
    })
    const socket = await clientSocket()
    socket.write(uploadHead())
    const poured = pour(socket)
    await arrived
    expect(await standstill(() => poured.bytes())).toBeLessThan(bufferedAtMost)
    const before = poured.bytes()
    for (let read = 0; read < bufferedAtMost;) {
      const [data] = (await once(incoming!, 'data')) as [Buffer]
      read += data.length
    }
    expect(poured.bytes()).toBeGreaterThan(before)
    socket.destroy()
  }, 20_000)

  it('end on the chat server when the one who uploads goes away', async () => {
    const ended = new Promise<boolean>((resolve) => {
      handlers.set('/api/v1/rooms.media/r1', (received) => {
        received.resume()
        received.once('close', () => resolve(received.complete))
      })
    })
    const socket = await clientSocket()
    socket.write(uploadHead())
    socket.write(chunk)
    socket.write(chunk, () => socket.destroy())
    expect(await ended).toBe(false)
  })

  it('end on the chat server when the one who downloads goes away', async () => {
    const ended = new Promise<void>((resolve) => {
      handlers.set('/file-upload/f/a.bin', (_request, response) => {
        response.once('close', resolve)
        response.writeHead(200, { 'content-length': fileBytes })
        pour(response)
      })
    })
    const socket = await clientSocket()
    socket.write(head('GET', '/file-upload/f/a.bin'))
    socket.once('data', () => socket.destroy())
    await ended
  })

  it('end the same way behind a signed address', async () => {
    const ended = new Promise<void>((resolve) => {
      handlers.set('/file-upload/f/a.bin', (_request, response) => {
        response.once('close', resolve)
        response.writeHead(200, { 'content-length': fileBytes })
        pour(response)
      })
    })
    const signed = await harness.post(
      '/api/services/app/Im/SignMedia',
      { paths: ['/file-upload/f/a.bin'] },
      { authorization: `Bearer ${alice.bearer}` },
    )
    const { addresses } = signed.body.result as unknown as { addresses: string[] }
    const socket = await clientSocket()
    socket.write(`GET ${addresses[0]} HTTP/1.1\r\nHost: gateway\r\n\r\n`)
    socket.once('data', () => socket.destroy())
    await ended
  })

  it('that are cut off on the chat server are cut off for the reader too, not called whole', async () => {
    handlers.set('/file-upload/f/a.bin', (_request, response) => {
      response.writeHead(200, { 'content-length': fileBytes })
      response.write(chunk, () => response.destroy())
    })
    const response = await fetch(`${harness.gateway.url}/file-upload/f/a.bin`, {
      headers: headersOf(alice),
    })
    await expect(response.arrayBuffer()).rejects.toThrow()
  })
})
