import { Type, type TSchema } from 'typebox'
import { requireTwoFactor } from '../auth/twoFactor'
import { ownUser } from '../domain/me'
import { defaultPreferences } from '../domain/preferences'
import { saveOwnProfile, type ProfileChange } from '../domain/saveOwnProfile'
import { savePreferences } from '../domain/savePreferences'
import { MeteorError } from '../errors'
import type { App } from '../app'
import type { UserDoc } from '../documents'
import { userGet, userPost, type Endpoint } from './endpoint'
import { factorOf } from './withTwoFactor'

const strict = { additionalProperties: false }
const optionalText = Type.Optional(Type.String({ minLength: 1, maxLength: 500 }))

const schemaOf = (value: unknown): TSchema => {
  if (typeof value === 'boolean') return Type.Boolean()
  if (typeof value === 'number') return Type.Number()
  return Array.isArray(value) ? Type.Array(Type.Unknown()) : Type.String()
}

/** Preferences that have no default (protocol reference 4.5). */
const furtherPreferences = {
  clockMode: 0,
  mentionsWithSymbol: false,
  receiveLoginDetectionEmail: true,
}

const preferenceFields = Object.fromEntries(
  Object.entries({ ...defaultPreferences, ...furtherPreferences }).map(([key, value]) => [
    key,
    Type.Optional(schemaOf(value)),
  ]),
)

const preferencesBody = Type.Object(
  {
    userId: Type.Optional(Type.String({ minLength: 1 })),
    data: Type.Object(preferenceFields, strict),
  },
  strict,
)

const preferencesOf = (user: UserDoc): Record<string, unknown> => ({
  ...defaultPreferences,
  ...user.settings.preferences,
})

const target = (app: App, user: UserDoc, userId: string | undefined): UserDoc => {
  if (userId === undefined || userId === user._id) return user
  if (!app.permissions.has(user, 'edit-other-user-info')) {
    throw new MeteorError('error-action-not-allowed', 'Editing user is not allowed')
  }
  const found = app.store.users.get(userId)
  if (found === undefined) {
    const text = 'The optional "userId" param provided does not match any users'
    throw new MeteorError('error-invalid-user', text)
  }
  return found
}

const setPreferences = userPost(
  'users.setPreferences',
  { body: preferencesBody },
  ({ app, user, body }) => {
    const saved = savePreferences(app, target(app, user, body.userId), body.data)
    return { user: { _id: saved._id, settings: { preferences: preferencesOf(saved) } } }
  },
)

const getPreferences = userGet('users.getPreferences', {}, ({ user }) => ({
  preferences: preferencesOf(user),
}))

const profileBody = Type.Object(
  {
    data: Type.Object(
      {
        email: optionalText,
        name: optionalText,
        username: optionalText,
        nickname: Type.Optional(Type.String({ maxLength: 120 })),
        bio: Type.Optional(Type.String({ maxLength: 260 })),
        statusText: Type.Optional(Type.String({ maxLength: 120 })),
        statusType: optionalText,
        currentPassword: optionalText,
        newPassword: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
      },
      strict,
    ),
    customFields: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  strict,
)

const updateOwn = userPost(
  'users.updateOwnBasicInfo',
  { body: profileBody },
  async ({ app, session, body, request }) => {
    const data: ProfileChange = body.data
    const factor = factorOf(request)
    const confirmed = data.currentPassword === undefined && factor.code !== undefined
    if (confirmed)
      await requireTwoFactor(app, session, factor, { password: true, remembered: false })
    const saved = await saveOwnProfile(app, session, data, body.customFields, confirmed)
    return { user: ownUser(app, saved) }
  },
)

/** What people change of their own account (protocol reference 3.6). */
export const ownAccountEndpoints: readonly Endpoint[] = [setPreferences, getPreferences, updateOwn]
