import type { OpenSocket, SocketHandlers } from '../../../../src/platform/types'

/** The far end of one socket attempt. Its methods do what a network does. */
export type FakeSocket = {
  readonly url: string
  /** Offered subprotocols; undefined when none were asked for. */
  readonly protocols: readonly string[] | undefined
  /** Frames the client has sent, oldest first. */
  readonly sent: string[]
  /** True once the client closed it. */
  readonly isClosed: boolean
  open(): void
  /** One incoming frame; anything but a string is sent as JSON. */
  receive(frame: unknown): void
  end(code?: number, reason?: string): void
  /** An error, after which nothing comes, as on the App. */
  fail(reason?: string): void
  /** The frames sent so far, parsed. */
  frames(): Record<string, unknown>[]
  /** Called for each frame the client sends, if set. */
  onSent: ((frame: string) => void) | undefined
}

export type FakeSockets = {
  openSocket: OpenSocket
  readonly all: FakeSocket[]
  readonly latest: FakeSocket
  /** Called for each attempt, if set. */
  onAttempt: ((socket: FakeSocket) => void) | undefined
}

/**
 * Sockets that do nothing by themselves. Unlike real ones they go on telling after the client has closed them, so that
 * stale events are tested by every test that replaces a socket.
 */
export function createFakeSockets(): FakeSockets {
  const all: FakeSocket[] = []
  const sockets: FakeSockets = {
    openSocket(url, handlers, protocols) {
      const { socket, platformSocket } = createFakeSocket(url, handlers, protocols)
      all.push(socket)
      sockets.onAttempt?.(socket)
      return platformSocket
    },
    all,
    get latest() {
      const socket = all[all.length - 1]
      if (socket === undefined) throw new Error('No socket was opened.')
      return socket
    },
    onAttempt: undefined,
  }
  return sockets
}

function createFakeSocket(
  url: string,
  handlers: SocketHandlers,
  protocols: readonly string[] | undefined,
) {
  let isClosed = false
  const socket: FakeSocket = {
    url,
    protocols,
    sent: [],
    get isClosed() {
      return isClosed
    },
    open: () => handlers.onOpen(),
    receive: (frame) =>
      handlers.onMessage(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    end: (code = 1006, reason = '') => handlers.onClose(code, reason),
    fail: (reason = 'failed') => handlers.onError(reason),
    frames: () => socket.sent.map((text) => JSON.parse(text) as Record<string, unknown>),
    onSent: undefined,
  }
  const platformSocket = {
    send(text: string) {
      socket.sent.push(text)
      socket.onSent?.(text)
    },
    close() {
      isClosed = true
    },
  }
  return { socket, platformSocket }
}
