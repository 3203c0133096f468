import { Type } from 'typebox'
import { endToken, login, type Session } from '../auth/sessions'
import { loginOptions } from '../ddp/loginForms'
import { ownUser } from '../domain/me'
import { MeteorError } from '../errors'
import { openPost, Reply, userGet, userPost, type Endpoint, type UserCall } from './endpoint'

const text = Type.String()
const anything = Type.Unknown()

const loginBody = Type.Object(
  {
    user: Type.Optional(anything),
    username: Type.Optional(text),
    email: Type.Optional(text),
    password: Type.Optional(anything),
    resume: Type.Optional(text),
    code: Type.Optional(text),
    totp: Type.Optional(anything),
    ldap: Type.Optional(anything),
    oauth: Type.Optional(anything),
  },
  { additionalProperties: true },
)

/** The DDP login object of a REST login body: `user` may be a name, an address or a selector (protocol reference 3.5). */
const credentials = (body: Record<string, unknown>): Record<string, unknown> => {
  const { user, username, email, password, resume } = body
  if (resume !== undefined) return { resume }
  if (typeof user === 'string') {
    return { user: user.includes('@') ? { email: user } : { username: user }, password }
  }
  if (typeof user === 'object') return { user, password }
  if (typeof username === 'string') return { user: { username }, password }
  if (typeof email === 'string') return { user: { email }, password }
  return body
}

/** With the second factor's code, which REST sends beside the credentials and DDP around them (1.7). */
const formOf = (body: Record<string, unknown>): unknown => {
  const form = credentials(body)
  return loginOptions(body.code === undefined ? form : { ...form, code: body.code })
}

const refusal = (error: MeteorError): Reply => {
  const body: Record<string, unknown> = { success: false, status: 'error' }
  const wrong = error.code === 401
  body.error = wrong ? 'Unauthorized' : error.code
  body.message = wrong ? 'Unauthorized' : (error.reason ?? error.message)
  if (error.details !== undefined) body.details = error.details
  return new Reply(401, body)
}

const signIn = openPost('login', loginBody, async ({ app, body, ip }) => {
  let session: Session
  try {
    session = await login(app, formOf(body), ip)
  } catch (error) {
    if (error instanceof MeteorError) return refusal(error)
    throw error
  }
  const data = {
    userId: session.user._id,
    authToken: session.token,
    me: ownUser(app, session.user),
  }
  return new Reply(200, { status: 'success', data })
})

const signOut = ({ app, session }: UserCall<unknown, unknown>): Reply => {
  endToken(app, session.tokenHash)
  return new Reply(200, { status: 'success', data: { message: "You've been logged out!" } })
}

export const sessionEndpoints: readonly Endpoint[] = [
  signIn,
  userPost('logout', {}, signOut),
  userGet('logout', {}, signOut),
  userGet('me', {}, ({ app, user }) => ownUser(app, user)),
]
