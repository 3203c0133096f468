/**
 * Where the tokens lie in the platform's storage. The request interceptor reads them for every request, so a renewed
 * token is used from the next request on without anybody being told.
 */
export const storageKeys = {
  /** Token of the business system, sent as `Authorization: Bearer`. */
  accessToken: 'access_token',
  /** Rocket.Chat auth token, sent as `X-Auth-Token`; absent with back-end authentication. */
  chatToken: 'chat_token',
  /** Rocket.Chat user id, sent as `X-User-Id` beside the chat token. */
  chatUserId: 'chat_uid',
} as const
