import {
  HttpClient,
  HttpTransportType,
  HubConnectionBuilder,
  LogLevel,
  type HubConnection,
  type HttpResponse,
  type IHttpConnectionOptions,
} from '@microsoft/signalr'
import type { HubConnect } from './hubConnection'
import { plugHubWebSocket, type HubWebSocketPlug } from './hubWebSocket'
import { createTolerantHubProtocol, type HubClose } from './tolerantHubProtocol'

/** `Socket` looks for silence much earlier; this only ends a connection that it has forgotten. */
const serverTimeoutMs = 120_000

/**
 * One connection of the official client to the hub, over a wire that is open already. The only module that makes
 * one: everything above it knows `HubConnection` alone.
 */
export const connectHub: HubConnect = ({ url, wire, methods, onMalformed, onEnded }) => {
  let close: HubClose | undefined
  let isStarted = false
  const plug = plugHubWebSocket(wire)
  const protocol = createTolerantHubProtocol({
    onMalformed,
    onClose: (told) => {
      close = told
    },
  })
  const connection = build(url, plug)
    .withHubProtocol(protocol)
    .withServerTimeout(serverTimeoutMs)
    .build()
  for (const [name, method] of Object.entries(methods)) {
    connection.on(name, (...args: unknown[]) => method(args))
  }
  connection.onclose(onEnded)
  return {
    async start() {
      await connection.start()
      isStarted = true
    },
    get isStarted() {
      return isStarted
    },
    get close() {
      return close
    },
    invoke: (method, ...args) => connection.invoke(method, ...args),
    send: (method, ...args) => tell(connection, method, args),
    receive: plug.receive,
    closed: plug.closed,
  }
}

/** Left out of the package's declarations, but it is how the client gets a socket without a global one (reference 2.1). */
type ConnectionOptions = IHttpConnectionOptions & Pick<HubWebSocketPlug, 'WebSocket'>

function build(url: string, { WebSocket }: HubWebSocketPlug): HubConnectionBuilder {
  const options: ConnectionOptions = {
    transport: HttpTransportType.WebSockets,
    // Negotiation uses URL, which mini-programs lack.
    skipNegotiation: true,
    WebSocket,
    httpClient: new NoHttpClient(),
  }
  return new HubConnectionBuilder()
    .withUrl(url.replace(/^ws/, 'http'), options)
    .configureLogging(LogLevel.None)
}

/** Without negotiation nothing is sent by HTTP; without any client the official one does not start at all. */
class NoHttpClient extends HttpClient {
  override send(): Promise<HttpResponse> {
    return Promise.reject(new Error('The hub is spoken to by websocket only.'))
  }
}

/** A call whose failure changes nothing: it is said again, or the connection ends anyway. */
function tell(connection: HubConnection, method: string, args: readonly unknown[]): void {
  connection.send(method, ...args).catch(() => undefined)
}
