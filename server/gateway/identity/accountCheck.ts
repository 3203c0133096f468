import { ImError } from '../imError'
import { readJsonObject } from '../jsonObject'
import { identityUnavailable } from './claims'
import type { IdentityProvider, UserDirectory } from './identityProvider'
import type { BoundUser } from './wechatStore'

const timeoutMs = 5000

/** Checks a business account's name and password. @throws {ImError} `wrong-password` when they are wrong. */
export type AccountCheck = (account: string, password: string) => Promise<BoundUser>

export type AccountCheckOptions = {
  /** ABP's `TokenAuth/Authenticate` of the business system, or one that answers the same way. */
  signInUrl: string | undefined
  /** Asked where there is no `signInUrl`. */
  directory: UserDirectory | undefined
  /** Verifies the token that the business system answers. */
  identity: IdentityProvider
}

/** Name and password are passed on once and kept nowhere. */
export function createAccountCheck(options: AccountCheckOptions): AccountCheck {
  const { signInUrl, directory, identity } = options
  return async (account, password) => {
    if (signInUrl !== undefined) {
      const { userId, username, name, email } = await identity.verify(
        await signInAt(signInUrl, account, password),
      )
      return { userId, username, name, email }
    }
    if (!directory) {
      throw new ImError('sign-in-disabled', 'Binding an account with a password is switched off.')
    }
    const user = directory.authenticate(account, password)
    if (!user) throw wrongPassword()
    return { ...user, userId: String(user.userId) }
  }
}

async function signInAt(url: string, account: string, password: string): Promise<string> {
  const answer = await post(url, { userNameOrEmailAddress: account, password })
  const { accessToken } = answer.result
  if (answer.status >= 200 && answer.status < 300 && typeof accessToken === 'string') {
    return accessToken
  }
  // ABP answers a wrong password with a 500 that has its envelope (gateway reference 6.2).
  if (answer.isAbp || [400, 401, 403].includes(answer.status)) throw wrongPassword()
  throw identityUnavailable()
}

async function post(url: string, body: object) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const answer = readJsonObject(await response.text()) ?? {}
    return {
      status: response.status,
      isAbp: answer.__abp === true,
      result: (answer.result ?? {}) as Record<string, unknown>,
    }
  } catch {
    throw identityUnavailable()
  }
}

function wrongPassword(): ImError {
  return new ImError('wrong-password', 'The user name or the password is wrong.')
}
