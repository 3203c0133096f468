import { ApiError } from '../../../../src/api/apiError'
import { createTranslate, type Locale } from '../../../../src/locales/translate'
import { StorageError } from '../../../../src/platform/types'
import { errorText, textOfChange, textOfCode } from '../../../../src/stores/errorText'
import { newItem, type ChangeOperation } from '../../../../src/stores/outboxEntry'
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
  expect(limited(2_100)).toBe('Too many attempts. Please wait 3 seconds.')
  expect(limited()).toBe('Too many attempts. Please wait 1 second.')
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

describe('a refused change', () => {
  const refused = (change: { kind: 'edit' | 'delete' | 'react'; code: string }) => {
    const item = { ...newItem('e1', 'general', 1), messageId: 'm1', base: undefined }
    const fields = { text: 'typed', emoji: ':smile:', shouldReact: true, reason: 'why' }
    return { ...item, ...fields, ...change } as ChangeOperation
  }

  test.each([
    ['edit', 'error-message-editing-blocked', 'message.editRefused', 'error.changeTooLate'],
    ['delete', 'error-message-deleting-blocked', 'message.deleteRefused', 'error.changeTooLate'],
    // The same code of a message that is sent means that it names everybody.
    ['delete', 'error-action-not-allowed', 'message.deleteRefused', 'error.notAllowed'],
    ['edit', 'error-action-not-allowed', 'message.editRefused', 'error.notAllowed'],
    ['react', 'room_is_archived', 'message.reactRefused', 'error.archived'],
  ] as const)('(%s, %s) says what was not done and why', (kind, code, key, why) => {
    for (const locale of ['en', 'zh-CN'] satisfies Locale[]) {
      const t = createTranslate(locale)
      expect(textOfChange(refused({ kind, code }), t)).toBe(t(key, { reason: t(why) }))
    }
  })

  test.each(['unheard-of', 'constructor'])("with the code %j has the server's words", (code) => {
    const reason = en('error.unknown', { message: 'why' })
    const told = textOfChange(refused({ kind: 'delete', code }), en)
    expect(told).toBe(en('message.deleteRefused', { reason }))
  })
})
