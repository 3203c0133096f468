import type { Socket } from 'node:net'

/**
 * Ends a connection at once, with RST where that is possible. Node's `resetAndDestroy` on a socket whose `end()` is still under
 * way closes nothing: libuv refuses the reset, Node takes it for done, and the process never ends.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy()
  else socket.resetAndDestroy()
}
