import type { Http } from '../http'
import type { WireMe } from '../wire'

export type UsersApi = {
  /**
   * The own user document; the cheapest question whether the token is alive (protocol reference 3.5).
   * @throws {ApiError} 401 when it is not
   */
  me(): Promise<WireMe>
}

export function createUsersApi(http: Http): UsersApi {
  return { me: () => http.get<WireMe>('/api/v1/me') }
}
