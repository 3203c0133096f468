import { WebSocket } from 'ws'

/**
 * A socket whose close frames always carry a code. `ws` answers a close frame without a code with one without a code,
 * which clients see as 1005 and take for an error; ASP.NET answers 1000 (gateway reference 1.2, difference 3).
 */
export class HubSocket extends WebSocket {
  override close(code = 1000, reason?: string | Buffer): void {
    super.close(code, reason)
  }
}
