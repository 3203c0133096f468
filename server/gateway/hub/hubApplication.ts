import type { Caller } from '../identity/identityProvider'

/** One client that has made its handshake. Nothing here throws. */
export interface HubConnection {
  /** Public name of the connection, for logs; not the secret of the negotiation. */
  readonly id: string
  readonly caller: Caller
  /** The client's network address. */
  readonly address: string
  /** Sends a record of `messages.ts`. A client that does not read is cut off instead. */
  send(record: string): void
  /**
   * Sends the close message and ends the connection; `disconnected` follows at once.
   *
   * @param error why, for programs; undefined for an ordinary end.
   * @param allowReconnect whether the client should come back by itself.
   */
  close(error: string | undefined, allowReconnect: boolean): void
}

/** A method's refusal; its message is the completion's error. Whatever else a method throws stays in the log. */
export class HubError extends Error {
  override readonly name = 'HubError'
}

/** @throws {HubError} a refusal that the client is told. */
export type HubMethod = (connection: HubConnection, args: readonly unknown[]) => unknown

/** What runs on the hub. */
export interface HubApplication {
  connected(connection: HubConnection): void
  /** Told once for each connection that was told as connected. */
  disconnected(connection: HubConnection): void
  /** By name; clients may write the names in any case, as in ASP.NET. */
  readonly methods: Readonly<Record<string, HubMethod>>
}
