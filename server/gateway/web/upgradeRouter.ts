import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** Handles the server's `upgrade` event, to its end. */
export interface UpgradeHandler {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/**
 * Sends websocket requests to whoever serves their path. There is one for the whole server, because every listener of
 * the event believes that it has to answer (gateway reference 3).
 *
 * @param byPath exact paths, without a query.
 * @param otherwise answers for every other path.
 */
export function createUpgradeRouter(
  byPath: ReadonlyMap<string, UpgradeHandler>,
  otherwise: UpgradeHandler,
): UpgradeHandler {
  return {
    upgrade(request, socket, head) {
      const [path = ''] = (request.url ?? '').split('?', 1)
      const handler = byPath.get(path) ?? otherwise
      handler.upgrade(request, socket, head)
    },
  }
}
