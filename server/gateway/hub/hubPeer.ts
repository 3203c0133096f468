import type { WebSocket } from 'ws'
import type { Clock } from '../clock'
import type { Caller } from '../identity/identityProvider'
import type { HubConnection } from './hubApplication'
import { createInvocationLimit } from './invocationLimit'
import {
  closeRecord,
  errorRecord,
  handshakeErrorRecord,
  handshakeRecord,
  HubProtocolError,
  pingRecord,
  readHandshake,
  readMessage,
  type HubInvocation,
} from './messages'
import { createRecordReader } from './records'

const handshakeTimeoutMs = 15_000
const keepAliveMs = 15_000
const silenceTimeoutMs = 30_000
const maxMessageBytes = 32 * 1024
const maxBacklogBytes = 1024 * 1024
const invocationsPerSecond = 20
const invocationBurst = 40
/** Refused invocations after which a client is no longer believed to be in good faith. */
const maxRefusals = 200
/** How long a client may take to answer the close frame. */
const closeTimeoutMs = 5_000

/** What the hub does with a connection; the application sees `HubConnection` only. */
export interface HubPeer extends HubConnection {
  /** Looks at every deadline; called about once a second. */
  check(now: number): void
  /** Cuts the socket without a word. */
  terminate(): void
}

export type HubPeerOptions = {
  socket: WebSocket
  id: string
  caller: Caller
  address: string
  clock: Clock
  /** The handshake is done. */
  onReady(peer: HubPeer): void
  onInvocation(peer: HubPeer, invocation: HubInvocation): void
  /** Told once; nothing comes from this connection afterwards. */
  onClosed(peer: HubPeer, reason: string): void
}

type State = 'handshake' | 'open' | 'closing'

/** One websocket of a client, from the handshake to the close message (gateway reference 1.2). */
export function createHubPeer(options: HubPeerOptions): HubPeer {
  return new Peer(options)
}

class Peer implements HubPeer {
  readonly id: string
  readonly caller: Caller
  readonly address: string
  private readonly socket: WebSocket
  private readonly options: HubPeerOptions
  private readonly records = createRecordReader(maxMessageBytes)
  private readonly limit = createInvocationLimit(invocationsPerSecond, invocationBurst)
  private state: State = 'handshake'
  private refusals = 0
  private stateSince: number
  private heardAt: number
  private sentAt: number

  constructor(options: HubPeerOptions) {
    const { socket, clock } = options
    this.id = options.id
    this.caller = options.caller
    this.address = options.address
    this.socket = socket
    this.options = options
    this.stateSince = clock.now()
    this.heardAt = this.stateSince
    this.sentAt = this.stateSince
    socket.on('message', (data, isBinary) => {
      // Text arrives as one Buffer (ws's default binary type).
      if (!isBinary && Buffer.isBuffer(data)) this.receive(data.toString('utf8'))
      else this.close('Messages have to be text.', false)
    })
    // A frame over the limit, or one that is no websocket frame at all: ws has closed it with the right code.
    socket.on('error', () => this.left('the frames are not valid'))
    socket.on('close', () => this.left('the client has gone'))
  }

  send(text: string): void {
    if (this.state === 'open') this.write(text)
  }

  close(error: string | undefined, allowReconnect: boolean): void {
    if (this.state === 'closing') return
    this.write(
      this.state === 'open'
        ? closeRecord(error, allowReconnect)
        : handshakeErrorRecord(error ?? 'The server is stopping.'),
    )
    this.socket.close()
    this.left(error ?? 'closed by the server')
  }

  terminate(): void {
    this.socket.terminate()
    this.left('cut off')
  }

  check(now: number): void {
    if (this.state === 'closing') {
      if (now - this.stateSince >= closeTimeoutMs) this.socket.terminate()
    } else if (this.state === 'handshake') {
      if (now - this.stateSince >= handshakeTimeoutMs) this.close('The handshake is late.', false)
    } else if (now >= this.caller.expiresAt) {
      this.close('session_revoked', false)
    } else if (now - this.heardAt >= silenceTimeoutMs) {
      this.close('client_timeout', true)
    } else if (now - this.sentAt >= keepAliveMs) {
      this.write(pingRecord)
    }
  }

  private write(text: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return
    if (this.socket.bufferedAmount > maxBacklogBytes) {
      this.terminate()
      return
    }
    this.sentAt = this.options.clock.now()
    this.socket.send(text)
  }

  private receive(frame: string): void {
    if (this.state === 'closing') return
    this.heardAt = this.options.clock.now()
    try {
      for (const record of this.records.push(frame)) {
        if (this.isEnded()) return
        this.handle(record)
      }
    } catch (error) {
      if (!(error instanceof HubProtocolError)) throw error
      this.close(error.message, false)
    }
  }

  /** A method, because handling a message may have ended the connection. */
  private isEnded(): boolean {
    return this.state === 'closing'
  }

  private handle(record: string): void {
    if (this.state === 'handshake') {
      this.shakeHands(record)
      return
    }
    const message = readMessage(record)
    switch (message.kind) {
      case 'invocation':
        if (this.mayInvoke(message.invocationId)) this.options.onInvocation(this, message)
        return
      case 'stream':
        if (this.mayInvoke(message.invocationId)) {
          this.write(errorRecord(message.invocationId, 'This server has no streams.'))
        }
        return
      case 'close':
        this.socket.close()
        this.left('closed by the client')
        return
      case 'none':
    }
  }

  private shakeHands(record: string): void {
    const refusal = readHandshake(record)
    if (refusal !== undefined) {
      this.close(refusal, false)
      return
    }
    this.state = 'open'
    this.stateSince = this.options.clock.now()
    this.write(handshakeRecord)
    this.options.onReady(this)
  }

  private mayInvoke(invocationId: string | undefined): boolean {
    if (this.limit.take(this.options.clock.now())) return true
    this.refusals += 1
    if (this.refusals > maxRefusals) this.close('too_many_invocations', false)
    else if (invocationId !== undefined) {
      this.write(errorRecord(invocationId, 'too_many_invocations'))
    }
    return false
  }

  private left(reason: string): void {
    if (this.state === 'closing') return
    this.state = 'closing'
    this.stateSince = this.options.clock.now()
    this.options.onClosed(this, reason)
  }
}
