import { Type } from 'typebox'
import {
  createAccessToken,
  listAccessTokens,
  removeAccessToken,
  renewAccessToken,
} from '../auth/accessTokens'
import { userGet, userPost, type Endpoint } from './endpoint'
import { withTwoFactor } from './withTwoFactor'

const strict = { additionalProperties: false }
const tokenName = Type.String({ minLength: 1, maxLength: 200 })
const nameBody = Type.Object({ tokenName }, strict)
const newBody = Type.Object({ tokenName, bypassTwoFactor: Type.Optional(Type.Boolean()) }, strict)

/** Personal access tokens (protocol reference 3.5). */
export const accessTokenEndpoints: readonly Endpoint[] = [
  withTwoFactor(
    userGet('users.getPersonalAccessTokens', {}, ({ app, user }) => ({
      tokens: listAccessTokens(app, user),
    })),
  ),
  withTwoFactor(
    userPost('users.generatePersonalAccessToken', { body: newBody }, ({ app, user, body }) => ({
      token: createAccessToken(app, user, body.tokenName, body.bypassTwoFactor === true),
    })),
  ),
  withTwoFactor(
    userPost('users.regeneratePersonalAccessToken', { body: nameBody }, ({ app, user, body }) => ({
      token: renewAccessToken(app, user, body.tokenName),
    })),
  ),
  withTwoFactor(
    userPost('users.removePersonalAccessToken', { body: nameBody }, ({ app, user, body }) => {
      removeAccessToken(app, user, body.tokenName)
      return {}
    }),
  ),
]
