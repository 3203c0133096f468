import type { HubWire } from './hubWebSocket'
import type { HubClose } from './tolerantHubProtocol'

/** One connection to a SignalR hub. It is not used again after its end. */
export interface HubConnection {
  /** Shakes hands. Rejects when that fails; `onEnded` may then stay silent. */
  start(): Promise<void>
  /** True after the handshake. */
  readonly isStarted: boolean
  /** What the hub said before it ended the connection. */
  readonly close: HubClose | undefined
  /** Calls a method of the hub. Rejects with the hub's refusal as the message, also when the connection ends before. */
  invoke(method: string, ...args: readonly unknown[]): Promise<unknown>
  /** Calls without waiting; a failure is not told. */
  send(method: string, ...args: readonly unknown[]): void
  /** A frame of the wire. */
  receive(frame: string): void
  /** The wire is gone. */
  closed(code: number, reason: string): void
}

export type HubConnectOptions = {
  /** Address of the hub. */
  url: string
  wire: HubWire
  /** What the hub may call, by name. */
  methods: Readonly<Record<string, (args: readonly unknown[]) => void>>
  /** A message could not be read. */
  onMalformed(): void
  /** The connection has ended after its handshake, by whichever side. */
  onEnded(): void
}

export type HubConnect = (options: HubConnectOptions) => HubConnection
