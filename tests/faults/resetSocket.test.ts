import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { resetSocket } from '../support/resetSocket'

/** Both ends of one connection. */
async function connection(): Promise<{ near: Socket; far: Socket; stop: () => void }> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const near = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [
    [Socket],
    unknown,
  ]
  return { near, far, stop: () => server.close() }
}

/** What the other side hears: the code of an error, or `end`. */
function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    socket.on('end', () => resolve('end'))
    socket.resume()
  })
}

test('an open connection is reset', async () => {
  const { near, far, stop } = await connection()
  const heard = ending(far)
  resetSocket(near)
  expect(await heard).toBe('ECONNRESET')
  stop()
})

test('one that is ending is closed for good, and nothing of it stays open', async () => {
  const { near, far, stop } = await connection()
  const heard = ending(far)
  near.end()
  resetSocket(near)
  expect(['end', 'ECONNRESET']).toContain(await heard)
  // Only a socket that is really closed answers with a reset.
  const refused = new Promise<void>((resolve) => far.on('error', () => resolve()))
  const writing = setInterval(() => far.write('anybody there?'), 5)
  await refused
  clearInterval(writing)
  stop()
})
