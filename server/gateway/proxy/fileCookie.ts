import type { ChatCredentials } from '../chat/chatRest'

/**
 * Headers that show an avatar or a file: files take the usual headers, avatars these two cookies only (protocol
 * reference 5.11, 5.12).
 */
export function fileCookie({ userId, authToken }: ChatCredentials): Record<string, string> {
  return {
    'x-user-id': userId,
    'x-auth-token': authToken,
    cookie: `rc_uid=${encodeURIComponent(userId)}; rc_token=${encodeURIComponent(authToken)}`,
  }
}
