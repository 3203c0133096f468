import type { FakeSocket, FakeSockets } from './fakeSockets'

export const separator = '\u001e'

export type HubMessage = {
  type: number
  target?: string
  arguments?: unknown[]
  invocationId?: string
}

/** A hub at the far end of fake sockets: shakes hands and confirms rooms unless a test says otherwise. */
export type FakeHub = {
  /** Calls of the hub's methods in the latest connection. */
  calls(target: string): HubMessage[]
  /** Answers a call; by default every room is confirmed and every ping answered. */
  onCall: (message: HubMessage) => { result?: unknown; error?: string } | 'silence'
  /** What the handshake is answered with; nothing when undefined. */
  handshake: object | undefined
  /** The state told first on every connection; nothing when undefined. */
  sessionState: string | undefined
  /** Calls a method of the client. */
  push(target: string, ...args: unknown[]): void
  /** Sends the close message. */
  close(error: string | undefined, allowReconnect?: boolean): void
}

export function createFakeHub(sockets: FakeSockets): FakeHub {
  let messages: HubMessage[] = []
  const send = (socket: FakeSocket, message: object): void =>
    socket.receive(JSON.stringify(message) + separator)
  const tell = (socket: FakeSocket, target: string, args: unknown[]): void =>
    send(socket, { type: 1, target, arguments: args })

  function answer(socket: FakeSocket, message: HubMessage): void {
    messages.push(message)
    if (message.type !== 1 || message.invocationId === undefined) return
    const told = hub.onCall(message)
    if (told !== 'silence') send(socket, { type: 3, invocationId: message.invocationId, ...told })
  }

  sockets.onAttempt = (socket) => {
    let isOpen = false
    socket.onSent = (frame) => {
      for (const record of frame.split(separator)) {
        if (record === '') continue
        const message = JSON.parse(record) as HubMessage & { protocol?: string }
        if (isOpen) answer(socket, message)
        else if (message.protocol === 'json' && hub.handshake !== undefined) {
          messages = []
          isOpen = true
          send(socket, hub.handshake)
          const { sessionState: state } = hub
          if (state !== undefined) tell(socket, 'sessionState', [{ state }])
        }
      }
    }
  }

  const hub: FakeHub = {
    calls: (target) => messages.filter((message) => message.target === target),
    onCall: () => ({ result: null }),
    handshake: {},
    sessionState: 'live',
    push: (target, ...args) => tell(sockets.latest, target, args),
    close: (error, allowReconnect) => send(sockets.latest, { type: 7, error, allowReconnect }),
  }
  return hub
}
