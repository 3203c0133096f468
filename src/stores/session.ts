import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { ApiError } from '../api/apiError'
import type { ChatSession } from '../api/im'
import { storageKeys } from '../api/storageKeys'
import type { ChatUser } from '../rocketchat/types'
import { useServices } from './services'

export type SessionStatus = 'signedOut' | 'signingIn' | 'signedIn'

/** What is kept beside the tokens so that a reload needs no request. */
type Profile = { user: ChatUser; realtimeUrl: string }

const profileKey = 'session'

/**
 * Who is signed in. The business token and the chat token lie in storage, where the request interceptor reads them.
 *
 *   signedOut --signIn--> signingIn --ok--> signedIn --signOut / expire--> signedOut
 *                            `--refused--> signedOut
 */
export const useSessionStore = defineStore('session', () => {
  const { im, storage, showSignIn } = useServices()
  const status = ref<SessionStatus>('signedOut')
  const profile = shallowRef<Profile>()
  /** True after a session ended by itself: the sign-in page then says so. */
  const isExpired = ref(false)
  const user = computed(() => profile.value?.user)
  const realtimeUrl = computed(() => profile.value?.realtimeUrl ?? '')
  const endListeners = new Set<() => void>()

  /** Continues the session of the last start. True when there is one. */
  function restore(): boolean {
    const saved = readProfile(storage.get(profileKey))
    const hasTokens = [storageKeys.accessToken, storageKeys.chatToken].every((key) =>
      storage.get(key),
    )
    if (!saved || !hasTokens) return false
    profile.value = saved
    status.value = 'signedIn'
    return true
  }

  /**
   * Signs in to the business system, then to the chat.
   * @throws {ApiError} as `createImApi` says; the status is `signedOut` again
   * @throws {StorageError} when the device cannot keep the session
   */
  async function signIn(userName: string, password: string): Promise<void> {
    status.value = 'signingIn'
    try {
      const { accessToken } = await im.signIn(userName, password)
      storage.set(storageKeys.accessToken, accessToken)
      adopt(await im.authenticate())
      status.value = 'signedIn'
      isExpired.value = false
    } catch (error) {
      clear()
      throw error
    }
  }

  /**
   * Gets a new chat token with the business token. False when the business session is over too.
   * @throws {ApiError} when nobody answered: the session may still be good
   */
  async function renew(): Promise<boolean> {
    try {
      adopt(await im.authenticate({ renew: true }))
      return true
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return false
      throw error
    }
  }

  function adopt({ userId, authToken, username, name, realtime }: ChatSession): void {
    storage.set(storageKeys.chatToken, authToken)
    storage.set(storageKeys.chatUserId, userId)
    const next = { user: { id: userId, username, name }, realtimeUrl: realtime.url }
    storage.set(profileKey, next)
    profile.value = next
  }

  /** The session has ended by itself: everything typed is kept, the sign-in page opens. */
  function expire(): void {
    if (status.value !== 'signedIn') return
    isExpired.value = true
    end()
  }

  /** Ends the session here and, if it can be reached, on the server. */
  async function signOut(): Promise<void> {
    const told = im.signOut().catch(() => undefined)
    isExpired.value = false
    await told
    end()
  }

  function end(): void {
    clear()
    for (const listener of [...endListeners]) listener()
    showSignIn()
  }

  function clear(): void {
    for (const key of [...Object.values(storageKeys), profileKey]) storage.remove(key)
    profile.value = undefined
    status.value = 'signedOut'
  }

  /** Calls back after each end of a session, for stores that hold what belongs to it. */
  function onEnd(listener: () => void): () => void {
    endListeners.add(listener)
    return () => endListeners.delete(listener)
  }

  return { status, user, realtimeUrl, isExpired, restore, signIn, renew, expire, signOut, onEnd }
})

function readProfile(value: unknown): Profile | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { user, realtimeUrl } = value as Partial<Profile>
  if (typeof user?.id !== 'string' || typeof user.username !== 'string') return undefined
  if (typeof user.name !== 'string' || typeof realtimeUrl !== 'string') return undefined
  return { user: { id: user.id, username: user.username, name: user.name }, realtimeUrl }
}
