import { Type } from 'typebox'
import type { App } from '../app'
import { passwordPolicy } from '../auth/passwordPolicy'
import { endSessions } from '../auth/sessions'
import { isBlockedName } from '../domain/createUser'
import { reportUser } from '../domain/reportUser'
import { MeteorError, TextError } from '../errors'
import { openGet, openPost, Reply, userGet, userPost, type Endpoint } from './endpoint'
import { targetUser, userFields } from './selectors'
import { withTwoFactor } from './withTwoFactor'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1, maxLength: 1000 })
const emailBody = Type.Object({ email: text }, strict)

/** Who has this address is not told, and no letter is sent: this workspace has no mail server. */
const forgotPassword = openPost('users.forgotPassword', emailBody, ({ app }) => {
  if (!app.settings.flag('Accounts_PasswordReset')) {
    throw new TextError('Password reset is not enabled')
  }
  return {}
})

const sendConfirmation = userPost(
  'users.sendConfirmationEmail',
  { body: emailBody },
  () => new Reply(400, { success: false }),
)

/** No letter with a token was ever sent, so none is known. */
const verifyEmail = openPost('users.verifyEmail', Type.Object({ token: text }, strict), () => {
  throw new MeteorError('error-invalid-token', 'Verify email link expired')
})

const isFree = (app: App, username: string, self: string): boolean => {
  const taken = app.store.users.byUsername(username)
  return !isBlockedName(username) && (taken === undefined || taken._id === self)
}

const available = userGet(
  'users.checkUsernameAvailability',
  { query: Type.Object({ username: text }, strict) },
  ({ app, user, query }) => ({ result: isFree(app, query.username, user._id) }),
)

const slug = (name: string): string => name.trim().replace(/[^0-9a-zA-Z\-_.]+/g, '.')

/** A user name out of the display name or the address; with a number behind it when it is taken. */
const suggestion = userGet('users.getUsernameSuggestion', {}, ({ app, user }) => {
  const address = user.emails[0]?.address.split('@')[0] ?? ''
  const bases = [user.name, address, 'user'].map(slug).filter((base) => /[0-9a-z]/i.test(base))
  const free = bases.find((base) => isFree(app, base, user._id))
  if (free !== undefined) return { result: free }
  let count = 0
  while (!isFree(app, `${bases[0] ?? 'user'}-${count}`, user._id)) count += 1
  return { result: `${bases[0] ?? 'user'}-${count}` }
})

const dataDownload = userGet(
  'users.requestDataDownload',
  { query: Type.Object({ fullExport: Type.Optional(Type.String()) }, strict) },
  () => {
    const reason = 'This workspace does not offer downloads of personal data'
    throw new MeteorError('error-not-allowed', reason, { method: 'requestDataDownload' })
  },
)

const resetKey = userPost(
  'users.resetE2EKey',
  { body: Type.Object(userFields, strict) },
  ({ app, user, body }) => {
    const own = body.userId === undefined && body.username === undefined
    const target = own ? user : targetUser(app, body)
    if (target._id !== user._id && !app.permissions.has(user, 'edit-other-user-e2ee')) {
      throw new MeteorError('error-not-allowed', 'Not allowed')
    }
    endSessions(app, target._id)
    return {}
  },
)

const report = userPost(
  'moderation.reportUser',
  { body: Type.Object({ userId: text, description: text }, strict) },
  ({ app, user, body }) => {
    reportUser(app, user, targetUser(app, { userId: body.userId }), body.description)
    return {}
  },
)

/** Passwords, names and addresses of accounts, in a workspace that sends no e-mail (protocol reference 3.5 and 3.6). */
export const accountHelpEndpoints: readonly Endpoint[] = [
  openGet('pw.getPolicy', undefined, ({ app }) => passwordPolicy(app)),
  forgotPassword,
  sendConfirmation,
  verifyEmail,
  available,
  suggestion,
  dataDownload,
  withTwoFactor(resetKey, { remembered: false }),
  report,
]
