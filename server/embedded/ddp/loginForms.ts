import { MeteorError } from '../errors'
import { isRecord } from './arguments'

/** The marks of login objects for services that this workspace does not have (protocol reference 1.7). */
const foreignServices = ['ldap', 'oauth', 'saml', 'cas', 'crowd', 'iframe'] as const

/**
 * The login object that the accounts understand, out of the one that a client sent: the second factor's code is moved
 * beside the credentials (`{totp: {code, login}}`).
 * @throws MeteorError 401 for a service that is not configured, as for every wrong credential since 7.0.
 */
export const loginOptions = (options: unknown): unknown => {
  if (!isRecord(options)) return options
  const { totp } = options
  if (isRecord(totp) && isRecord(totp.login)) return { ...loginOf(totp.login), code: totp.code }
  return loginOf(options)
}

const loginOf = (options: Record<string, unknown>): Record<string, unknown> => {
  const foreign = foreignServices.some((service) => Object.hasOwn(options, service))
  if (foreign) throw new MeteorError(401, 'User not found')
  return options
}
