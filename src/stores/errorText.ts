import { ApiError } from '../api/apiError'
import type { LocaleKey } from '../locales/en'
import type { Translate } from '../locales/translate'
import { StorageError } from '../platform/types'
import type { ChangeOperation } from './outboxEntry'

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

/** The same of refused changes of messages, where a code means something else (protocol reference 5.4, 5.7). */
const byChangeCode: Readonly<Record<string, LocaleKey>> = {
  'error-action-not-allowed': 'error.notAllowed',
  'error-message-editing-blocked': 'error.changeTooLate',
  'error-message-deleting-blocked': 'error.changeTooLate',
}

const refusedKey: Readonly<Record<ChangeOperation['kind'], LocaleKey>> = {
  edit: 'message.editRefused',
  delete: 'message.deleteRefused',
  react: 'message.reactRefused',
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
  const key = own(byCode, code)
  return key ? t(key) : t('error.unknown', { message })
}

/** The sentence for a change of a message that the server refused. */
export function textOfChange({ kind, code, reason }: ChangeOperation, t: Translate): string {
  const key = own(byChangeCode, code)
  return t(refusedKey[kind], { reason: key ? t(key) : textOfCode(code, reason, t) })
}

/** A code comes from outside and may be the name of something that every object has. */
function own(texts: Readonly<Record<string, LocaleKey>>, code: string): LocaleKey | undefined {
  return Object.prototype.hasOwnProperty.call(texts, code) ? texts[code] : undefined
}
