/** The open connection below a hub connection. */
export type HubWire = {
  /** Sends one frame. */
  send(text: string): void
  /** The hub connection gives the wire up. */
  close(): void
}

type CloseEvent = { code: number; reason: string; wasClean: boolean }

/** The part of the W3C's WebSocket that `@microsoft/signalr` uses (gateway reference 2.1). */
export interface HubWebSocket {
  readonly readyState: number
  onopen: ((event: object) => void) | null
  onmessage: ((event: { data: string }) => void) | null
  onclose: ((event: CloseEvent) => void) | null
  onerror: ((event: object) => void) | null
  send(text: string): void
  close(): void
}

export type HubWebSocketPlug = {
  /** For the option `WebSocket` of `@microsoft/signalr`. The address it is made with does not matter: the wire is open. */
  WebSocket: new () => HubWebSocket
  /** A frame came in. */
  receive(frame: string): void
  /** The wire is gone. Always told as a close: without one `start()` of the official client would wait for ever. */
  closed(code: number, reason: string): void
}

const readyState = { connecting: 0, open: 1, closed: 3 } as const

/**
 * Presents a connection that is open already as the W3C WebSocket that the official client wants to open. Reconnecting,
 * sleeping and noticing dead peers thus stay with `Socket`, as for DDP.
 */
export function plugHubWebSocket(wire: HubWire): HubWebSocketPlug {
  let plugged: Plugged | undefined
  const plug = (socket: Plugged): void => {
    plugged = socket
  }

  class Plugged implements HubWebSocket {
    // The official client compares with the constructor's constant.
    static readonly OPEN = readyState.open
    readyState: number = readyState.connecting
    onopen: HubWebSocket['onopen'] = null
    onmessage: HubWebSocket['onmessage'] = null
    onclose: HubWebSocket['onclose'] = null
    onerror: HubWebSocket['onerror'] = null

    constructor() {
      plug(this)
      // Handlers are set after the constructor.
      void Promise.resolve().then(() => this.opened())
    }

    send(text: string): void {
      wire.send(text)
    }

    close(): void {
      if (this.readyState === readyState.closed) return
      this.readyState = readyState.closed
      wire.close()
    }

    /** Tells that the wire is gone. */
    end(code: number, reason: string): void {
      if (this.readyState === readyState.closed) return
      this.readyState = readyState.closed
      this.onclose?.({ code, reason, wasClean: code === 1000 })
    }

    private opened(): void {
      if (this.readyState !== readyState.connecting) return
      this.readyState = readyState.open
      this.onopen?.({})
    }
  }

  return {
    WebSocket: Plugged,
    receive(frame) {
      if (plugged?.readyState === readyState.open) plugged.onmessage?.({ data: frame })
    },
    closed(code, reason) {
      plugged?.end(code, reason)
    },
  }
}
