import { Type } from 'typebox'
import { endOtherSessions, endSessions } from '../auth/sessions'
import { codesLeft, confirmTotp, renewCodes, startTotp, stopTotp } from '../auth/totp'
import { MeteorError, TextError } from '../errors'
import { openPost, userGet, userPost, type Endpoint } from './endpoint'
import { targetUser, userFields } from './selectors'
import { withTwoFactor } from './withTwoFactor'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1, maxLength: 256 })
const codeBody = Type.Object({ code: text }, strict)

const validate = userPost('users.validateTotp', { body: codeBody }, (call) => {
  const { app, user, session, body } = call
  const codes = confirmTotp(app, user, body.code)
  // A session without the second factor must not outlive its introduction.
  endOtherSessions(app, user._id, session.tokenHash)
  return { codes }
})

const reset = userPost(
  'users.resetTOTP',
  { body: Type.Object(userFields, strict) },
  ({ app, user, body }) => {
    const own = body.userId === undefined && body.username === undefined
    const target = own ? user : targetUser(app, body)
    if (target._id !== user._id && !app.permissions.has(user, 'edit-other-user-totp')) {
      throw new MeteorError('error-not-allowed', 'Not allowed')
    }
    app.store.twoFactors.remove(target._id)
    endSessions(app, target._id)
    return {}
  },
)

/** Codes by e-mail need a workspace that sends e-mail; this one does not. */
const enableEmail = userPost('users.2fa.enableEmail', {}, () => {
  const text = 'Two-factor authentication by e-mail needs a workspace that sends e-mail'
  throw new MeteorError('error-not-allowed', text, { method: 'users.2fa.enableEmail' })
})

const unknownChallenge = (): never => {
  throw new TextError('error-invalid-challenge', 401)
}

/** Second factors (protocol reference 3.5). */
export const twoFactorEndpoints: readonly Endpoint[] = [
  userPost('users.enableTotp', {}, ({ app, user }) => startTotp(app, user)),
  validate,
  userPost('users.disableTotp', { body: codeBody }, ({ app, user, body }) => ({
    disabled: stopTotp(app, user, body.code),
  })),
  userPost('users.regenerateTotpCodes', { body: codeBody }, ({ app, user, body }) => ({
    codes: renewCodes(app, user, body.code),
  })),
  userGet('users.totpCodesRemaining', {}, ({ app, user }) => ({ remaining: codesLeft(app, user) })),
  withTwoFactor(reset, { remembered: false }),
  enableEmail,
  withTwoFactor(userPost('users.2fa.disableEmail', {}, () => ({}))),
  // The answer is the same for everybody, so that it does not tell who exists.
  openPost('users.2fa.sendEmailCode', Type.Object({ emailOrUsername: text }, strict), () => ({})),
  // Nothing here ever starts a hand-over, so no code and no challenge is known.
  openPost('loginCode.redeem', codeBody, () => {
    throw new TextError('error-invalid-login-code', 401)
  }),
  openPost('twoFactorChallenges.sendEmailCode', Type.Object({ challengeId: text }, strict), () =>
    unknownChallenge(),
  ),
  openPost(
    'twoFactorChallenges.verifyChallenge',
    Type.Object({ challengeId: text, code: text }, strict),
    () => unknownChallenge(),
  ),
]
