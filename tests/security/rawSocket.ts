import { connect } from 'node:net'

/** How long a server may keep a connection open that it should have ended. */
const patienceMs = 5_000

/**
 * Sends bytes exactly as they are and answers everything that comes back until the server ends the connection, or until
 * it has answered and nothing more comes for as long as `quietMs`.
 */
export function rawExchange(port: number, text: string, quietMs = 300): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    let quiet: NodeJS.Timeout | undefined
    const finish = () => {
      clearTimeout(quiet)
      clearTimeout(patience)
      socket.destroy()
      resolve(received)
    }
    const patience = setTimeout(finish, patienceMs)
    socket.on('data', (data) => {
      received += data.toString('latin1')
      clearTimeout(quiet)
      quiet = setTimeout(finish, quietMs)
    })
    socket.on('close', finish)
    socket.on('error', finish)
    socket.write(Buffer.from(text, 'latin1'))
  })
}

/** The statuses of all answers in what came back. */
export function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((found) => Number(found[1]))
}
