import { ApiError } from '../api/apiError'
import type { LocaleKey } from '../locales/en'
import type { Translate } from '../locales/translate'
import { StorageError } from '../platform/types'

/** Rocket.Chat's codes and texts of refused messages (protocol reference 5.1), as sentences of ours. */
const byCode: Readonly<Record<string, LocaleKey>> = {
  'error-message-size-exceeded': 'error.messageSize',
  'error-action-not-allowed': 'error.mentionAll',
  'error-not-allowed': 'error.notAllowed',
  unauthorized: 'error.notAllowed',
  'error-invalid-room': 'error.roomGone',
  'error-room-not-found': 'error.roomGone',
  room_is_archived: 'error.archived',
  'error-room-archived': 'error.archived',
  room_is_blocked: 'error.blocked',
  You_have_been_muted: 'error.muted',
  "You can't send messages because the room is readonly.": 'error.readOnly',
}

/** One clear sentence in the user's language for any failure. */
export function errorText(error: unknown, t: Translate, where?: 'signIn'): string {
  if (error instanceof StorageError) {
    return t(where === 'signIn' ? 'error.storageSignIn' : 'error.storage')
  }
  if (!(error instanceof ApiError)) return t('error.unknown', { message: String(error) })
  if (error.isNetwork) return t('error.network')
  if (error.status === 429) {
    return t('error.tooMany', { seconds: Math.ceil((error.retryAfterMs ?? 1000) / 1000) })
  }
  if (error.status === 401 && where === 'signIn') return t('signin.wrong')
  if (error.status === 502 || error.status === 503) return t('error.unavailable')
  if (error.status >= 500) return t('error.server')
  return textOfCode(error.code, error.message, t)
}

/** The sentence for a refusal that was kept as code and text, for example with a failed message. */
export function textOfCode(code: string, message: string, t: Translate): string {
  const key = Object.prototype.hasOwnProperty.call(byCode, code) ? byCode[code] : undefined
  return key ? t(key) : t('error.unknown', { message })
}
