import { Type } from 'typebox'
import { sameSecret } from '../auth/secrets'
import { issueToken } from '../auth/sessions'
import { MeteorError, TextError } from '../errors'
import { userPost, type Endpoint, type UserCall } from './endpoint'
import { withTwoFactor } from './withTwoFactor'

const text = Type.String({ minLength: 1 })

const strict = { additionalProperties: false }

/** The body of Rocket.Chat 8, and the older one by name, which has no secret. */
const body = Type.Union([
  Type.Object({ userId: text, secret: Type.Optional(text) }, strict),
  Type.Object({ username: text }, strict),
])

type TokenCall = UserCall<unknown, { userId?: string; username?: string; secret?: string }>

/**
 * Rocket.Chat 8 asks for the secret of its environment; older ones only wanted `CREATE_TOKENS_FOR_USERS` to be set.
 * Tokens of other people need a permission in both (protocol reference 3.6).
 */
const mayIssue = ({ app, user, body: given }: TokenCall, targetId: string): boolean => {
  const own = targetId === user._id
  if (!own && !app.permissions.has(user, 'user-generate-access-token')) return false
  if (given.secret === undefined) return app.createTokenLegacy
  const expected = app.createTokenSecret
  return expected !== undefined && sameSecret(given.secret, expected)
}

const createToken = userPost('users.createToken', { body }, (call: TokenCall) => {
  const { app, body: given } = call
  const { userId, username } = given
  const target =
    userId === undefined ? app.store.users.byUsername(username ?? '') : app.store.users.get(userId)
  // Who may not issue tokens does not learn who exists.
  if (!mayIssue(call, target?._id ?? '')) {
    throw new MeteorError('error-not-authorized', 'Not authorized')
  }
  if (target === undefined) throw new TextError('User not found.')
  const { token } = issueToken(app, target)
  return { data: { userId: target._id, authToken: token } }
})

/** Tokens for trusted services that sign people in (protocol reference 3.6). */
export const userTokenEndpoints: readonly Endpoint[] = [withTwoFactor(createToken)]
