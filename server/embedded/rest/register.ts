import { Type } from 'typebox'
import { publicUser } from '../domain/published'
import { registerUser, type Registration } from '../domain/registerUser'
import { TextError } from '../errors'
import { openPost, type Endpoint } from './endpoint'

const text = Type.String({ minLength: 1, maxLength: 256 })
const optionalText = Type.Optional(Type.String({ maxLength: 1000 }))

const body = Type.Object(
  {
    username: text,
    name: text,
    email: text,
    pass: text,
    secret: optionalText,
    secretURL: optionalText,
    reason: optionalText,
    customFields: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { additionalProperties: false },
)

/** Makes an account; the caller signs in afterwards (protocol reference 3.6). */
const register = openPost('users.register', body, async ({ app, body: given, session }) => {
  if (session !== undefined) throw new TextError('Logged in users can not register again.')
  const { username, name, email, pass, customFields } = given
  const registration: Registration = { username, name, email, password: pass }
  const secret = given.secret ?? given.secretURL
  if (secret !== undefined) registration.secret = secret
  if (customFields !== undefined) registration.customFields = customFields
  return { user: publicUser(app, await registerUser(app, registration)) }
})

export const registerEndpoints: readonly Endpoint[] = [register]
