import { Type } from 'typebox'
import {
  findOrCreateInvite,
  listInvites,
  removeInvite,
  useInvite,
  validInvite,
  withUrl,
} from '../domain/invites'
import { MeteorError, isExpected } from '../errors'
import { Reply, openPost, userDelete, userGet, userPost, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })

const findOrCreate = userPost(
  'findOrCreateInvite',
  {
    body: Type.Object({ rid: text, days: Type.Integer(), maxUses: Type.Integer() }, strict),
  },
  ({ app, user, body }) => withUrl(app, findOrCreateInvite(app, user, body)),
)

/** One of two endpoints that answer a bare value. */
const list = userGet(
  'listInvites',
  {},
  ({ app, user }) =>
    new Reply(
      200,
      listInvites(app, user).map((invite) => withUrl(app, invite)),
    ),
)

const remove = userDelete('removeInvite/', ({ app, user, rest }) => {
  removeInvite(app, user, decodeURIComponent(rest))
  return new Reply(200, true)
})

const tokenBody = Type.Object({ token: text }, strict)

const use = userPost('useInviteToken', { body: tokenBody }, ({ app, user, body }) => {
  const { _id, prid, fname, name, t } = useInvite(app, user, body.token)
  return { room: { rid: _id, prid, fname, name, t } }
})

const validate = openPost('validateInviteToken', tokenBody, ({ app, body }) => {
  try {
    validInvite(app, body.token)
    return { valid: true }
  } catch (error) {
    if (!isExpected(error)) throw error
    return { valid: false }
  }
})

const isAddress = (text: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)

/** Without a mail server nothing is sent, and the answer says so. */
const sendByMail = userPost(
  'sendInvitationEmail',
  {
    body: Type.Object(
      { emails: Type.Array(Type.String({ maxLength: 254 }), { maxItems: 100 }) },
      strict,
    ),
  },
  ({ app, user, body }) => {
    const details = { method: 'sendInvitationEmail' }
    if (!app.permissions.has(user, 'bulk-register-user')) {
      throw new MeteorError('error-not-allowed', 'Not allowed', details)
    }
    const reason = body.emails.some(isAddress)
      ? 'Error trying to send email: no mail server is configured'
      : 'No valid email addresses'
    throw new MeteorError('error-email-send-failed', reason, details)
  },
)

/** Links into rooms (protocol reference 3.18). */
export const inviteEndpoints: readonly Endpoint[] = [
  findOrCreate,
  list,
  remove,
  use,
  validate,
  sendByMail,
]
