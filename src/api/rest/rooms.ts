import type { Http } from '../http'
import type { WireDelta } from '../wire'

export type RoomsApi = {
  /**
   * The rooms the caller is a member of (protocol reference 3.3, 3.11).
   * @param updatedSince epoch milliseconds on the server's clock; only what changed after it. Left out: everything.
   * @throws {ApiError}
   */
  get(updatedSince?: number): Promise<WireDelta>
}

export function createRoomsApi(http: Http): RoomsApi {
  return {
    get: (updatedSince) => {
      const since = updatedSince === undefined ? undefined : new Date(updatedSince).toISOString()
      return http.get<WireDelta>('/api/v1/rooms.get', { updatedSince: since })
    },
  }
}
