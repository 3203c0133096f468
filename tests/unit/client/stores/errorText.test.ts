import { ApiError } from '../../../../src/api/apiError'
import { createTranslate, type Locale } from '../../../../src/locales/translate'
import { StorageError } from '../../../../src/platform/types'
import { errorText, textOfCode } from '../../../../src/stores/errorText'
import { networkError, refusal } from './support/fakeChat'

const en = createTranslate('en')

test.each([
  ['error-message-size-exceeded', 'error.messageSize'],
  ['error-action-not-allowed', 'error.mentionAll'],
  ['error-not-allowed', 'error.notAllowed'],
  ['unauthorized', 'error.notAllowed'],
  ['error-invalid-room', 'error.roomGone'],
  ['error-room-not-found', 'error.roomGone'],
  ['room_is_archived', 'error.archived'],
  ['error-room-archived', 'error.archived'],
  ['room_is_blocked', 'error.blocked'],
  ['You_have_been_muted', 'error.muted'],
  ["You can't send messages because the room is readonly.", 'error.readOnly'],
] as const)('the code %s has a sentence of its own in every language', (code, key) => {
  for (const locale of ['en', 'zh-CN'] satisfies Locale[]) {
    const t = createTranslate(locale)
    expect(errorText(refusal(400, code), t)).toBe(t(key))
    expect(textOfCode(code, 'server words', t)).toBe(t(key))
  }
})

test.each([
  ['a full storage', new StorageError('full'), 'error.storage'],
  ['no answer', networkError(), 'error.network'],
  ['a gateway without its chat server', refusal(502, 'x'), 'error.unavailable'],
  ['a service that is away', refusal(503, 'x'), 'error.unavailable'],
  ['a broken server', refusal(500, 'x'), 'error.server'],
] as const)('%s', (_case, error, key) => {
  expect(errorText(error, en)).toBe(en(key))
})

test('too many requests say how long to wait, in whole seconds', () => {
  const limited = (retryAfterMs?: number) =>
    errorText(new ApiError({ status: 429, code: 'x', message: 'slow', retryAfterMs }), en)
  expect(limited(2_100)).toBe(en('error.tooMany', { seconds: 3 }))
  expect(limited()).toBe(en('error.tooMany', { seconds: 1 }))
})

test('a wrong password is called so only at the sign-in', () => {
  expect(errorText(refusal(401, 'x'), en, 'signIn')).toBe(en('signin.wrong'))
  expect(errorText(refusal(401, 'x'), en)).toBe(en('error.unknown', { message: 'refused: x' }))
})

test.each(['unheard-of', 'constructor', '__proto__', 'toString', ''])(
  "the code %j has the server's words",
  (code) => {
    expect(textOfCode(code, 'why', en)).toBe(en('error.unknown', { message: 'why' }))
  },
)

test('anything else is told as it is', () => {
  expect(errorText(new TypeError('odd'), en)).toContain('odd')
})
