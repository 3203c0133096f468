import { WebSocket } from 'ws'
import type { OpenSocket, PlatformSocket } from '../../../src/platform/types'

const maxFrameBytes = 8 * 1024 * 1024

/**
 * The chat server's websocket as the client's `Socket` wants it.
 *
 * @param address the network address of the user for whom the socket is opened: the chat server counts its limits per
 * address (gateway reference 6.4).
 */
export function createChatSocket(address: () => string): OpenSocket {
  return (url, handlers) => {
    const socket = new WebSocket(url, {
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      headers: { 'x-forwarded-for': address() },
    })
    socket.on('open', () => handlers.onOpen())
    socket.on('message', (data, isBinary) => {
      // Text arrives as one Buffer (ws's default binary type).
      if (!isBinary && Buffer.isBuffer(data)) handlers.onMessage(data.toString('utf8'))
    })
    socket.on('error', ({ message }) => handlers.onError(message))
    socket.on('close', (code, reason) => handlers.onClose(code, reason.toString('utf8')))
    return platformSocket(socket)
  }
}

function platformSocket(socket: WebSocket): PlatformSocket {
  return {
    send(text) {
      if (socket.readyState === socket.OPEN) socket.send(text)
    },
    close(code, reason) {
      socket.close(code, reason)
    },
  }
}
