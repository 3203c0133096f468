import type { Http } from '../http'
import type { WireMe, WirePresence } from '../wire'

export type UsersApi = {
  /**
   * The own user document; the cheapest question whether the token is alive (protocol reference 3.5).
   * @throws {ApiError} 401 when it is not
   */
  me(): Promise<WireMe>
  /**
   * Who of these is there; those who are offline may be left out (protocol reference 3.6).
   * @throws {ApiError}
   */
  presence(userIds: readonly string[]): Promise<WirePresence>
}

export function createUsersApi(http: Http): UsersApi {
  return {
    me: () => http.get<WireMe>('/api/v1/me'),
    presence: (userIds) =>
      http.get<WirePresence>('/api/v1/users.presence', { ids: userIds.join(',') }),
  }
}
