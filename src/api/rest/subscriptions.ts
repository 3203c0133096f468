import type { Http } from '../http'
import type { WireDelta } from '../wire'

export type SubscriptionsApi = {
  /**
   * The caller's subscriptions, closed rooms included (protocol reference 3.12).
   * @param updatedSince epoch milliseconds on the server's clock; only what changed after it. Left out: everything.
   * @throws {ApiError}
   */
  get(updatedSince?: number): Promise<WireDelta>
  /**
   * Marks a room as read up to now.
   * @throws {ApiError} `error-invalid-subscription` when the caller is no member
   */
  read(roomId: string): Promise<void>
}

export function createSubscriptionsApi(http: Http): SubscriptionsApi {
  return {
    get: (updatedSince) =>
      http.get<WireDelta>('/api/v1/subscriptions.get', { updatedSince: toIso(updatedSince) }),
    async read(roomId) {
      await http.post('/api/v1/subscriptions.read', { rid: roomId })
    },
  }
}

function toIso(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString()
}
