import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A DDP server in a process of its own that floods one client at a time. */
export type Flood = {
  /** Without the protocol: `127.0.0.1:<port>`. */
  host: string
  /** Sends so many message frames to whoever has subscribed this room; `from` is the number of the first message. */
  send(room: string, frames: number, from?: number): void
  close(): void
}

export const startFlood = async (): Promise<Flood> => {
  const child = fork(join(__dirname, 'floodServer.ts'), { execArgv: ['--import', 'tsx'] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    host: `127.0.0.1:${port}`,
    send: (room, frames, from = 0) => child.send({ flood: room, frames, from }),
    close: () => child.disconnect(),
  }
}
