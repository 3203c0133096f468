import type { KeyValueStorage } from '../platform/types'
import { ApiError } from './apiError'
import { storageKeys } from './storageKeys'

export type SessionGuardOptions = {
  storage: KeyValueStorage
  renewChatSession: () => Promise<boolean>
  onSessionExpired: () => void
}

export type SessionGuard = {
  /** Runs a request; after a 401 renews the chat session and runs it once more. */
  run<T>(request: () => Promise<T>): Promise<T>
}

/**
 * What happens to a 401:
 *
 * ```
 *   401 ──> token changed meanwhile? ──yes──────────────> repeat ──401──> expired
 *                 │ no                                      ^
 *                 └──> one renewal for all that wait ──ok───┘
 *                           │ refused
 *                           └──> expired (told once per dead token)
 * ```
 */
export function createSessionGuard(options: SessionGuardOptions): SessionGuard {
  const { storage, renewChatSession, onSessionExpired } = options
  let renewal: Promise<boolean> | undefined
  /** With back-end authentication a renewal changes no token here; it counts all the same. */
  let renewals = 0
  /** The token whose end has been told, so that the many requests that find it dead tell it once. */
  let expired: { token: string | undefined } | undefined

  /** Names the session that a request is sent in; undefined without one. */
  function currentToken(): string | undefined {
    const [access, chat] = [storageKeys.accessToken, storageKeys.chatToken].map((key) => {
      const token = storage.get(key)
      return typeof token === 'string' ? token : ''
    })
    return access === '' && chat === ''
      ? undefined
      : `${String(renewals)} ${String(access)} ${String(chat)}`
  }

  async function renewNow(): Promise<boolean> {
    const isRenewed = await renewChatSession()
    if (isRenewed) {
      expired = undefined
      renewals += 1
    }
    return isRenewed
  }

  function renew(): Promise<boolean> {
    renewal ??= renewNow().finally(() => {
      renewal = undefined
    })
    return renewal
  }

  function expire(deadToken: string | undefined): void {
    if (expired !== undefined && expired.token === deadToken) return
    expired = { token: deadToken }
    onSessionExpired()
  }

  /** A request that was under way while another one renewed needs no second renewal. */
  function wasRenewedSince(usedToken: string | undefined): boolean {
    const token = currentToken()
    return token !== undefined && token !== usedToken
  }

  return {
    async run(request) {
      const usedToken = currentToken()
      try {
        const answer = await request()
        expired = undefined
        return answer
      } catch (error) {
        if (!isUnauthorized(error)) throw error
        const isRenewed = wasRenewedSince(usedToken) || (await renew())
        if (!isRenewed) {
          expire(usedToken)
          throw error
        }
      }
      const renewedToken = currentToken()
      try {
        return await request()
      } catch (error) {
        // A token that was replaced meanwhile is no session that has ended.
        if (isUnauthorized(error) && currentToken() === renewedToken) expire(renewedToken)
        throw error
      }
    },
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401
}
