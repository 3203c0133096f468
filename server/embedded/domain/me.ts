import type { App } from '../app'
import { hasTotp } from '../auth/totp'
import type { UserDoc } from '../documents'
import { defaultPreferences } from './preferences'

const optionalFields = [
  'nickname',
  'bio',
  'avatarETag',
  'avatarOrigin',
  'utcOffset',
  'language',
  'customFields',
  'requirePasswordChange',
  'lastLogin',
  'statusExpiresAt',
] as const

/** The own account as `GET me` answers it (protocol reference 4.5). */
export const ownUser = (app: App, user: UserDoc): Record<string, unknown> => {
  const me: Record<string, unknown> = {
    _id: user._id,
    name: user.name,
    username: user.username,
    emails: user.emails,
    status: app.presence.statusOf(user),
    statusDefault: user.statusDefault,
    statusText: user.statusText,
    statusConnection: app.presence.statusConnection(user._id),
    avatarUrl: `${app.settings.text('Site_Url')}/avatar/${encodeURIComponent(user.username)}`,
    roles: user.roles,
    active: user.active,
    type: user.type,
    settings: {
      profile: user.settings.profile,
      preferences: { ...defaultPreferences, ...user.settings.preferences },
    },
    isOAuthUser: false,
    services: {
      password: { exists: app.store.users.passwordHash(user._id) !== null },
      totp: { enabled: hasTotp(app, user._id) },
      email2fa: { enabled: false },
    },
    createdAt: user.createdAt,
    _updatedAt: user._updatedAt,
  }
  const verified = user.emails.find((email) => email.verified)
  if (verified !== undefined) me.email = verified.address
  for (const field of optionalFields) if (user[field] !== undefined) me[field] = user[field]
  return me
}
