import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { ApiError, sessionOverError } from '../api/apiError'
import type { ChatSession, RealtimeAddress } from '../api/im'
import { storageKeys } from '../api/storageKeys'
import type { ChatUser } from '../rocketchat/types'
import { useServices } from './services'

export type SessionStatus = 'signedOut' | 'signingIn' | 'signedIn'

/** What is kept beside the tokens so that a reload needs no request. */
type Profile = { user: ChatUser; realtime: RealtimeAddress }

const profileKey = 'session'
/** Nobody waits longer for a server that does not answer to be signed out on this device. */
const signOutPatienceMs = 3_000

/**
 * Who is signed in. The business token and, with front-end authentication, the chat token lie in storage, where the
 * request interceptor reads them.
 *
 *   signedOut --signIn--> signingIn --ok--> signedIn --signOut / expire--> signedOut
 *                            `--refused--> signedOut
 */
export const useSessionStore = defineStore('session', () => {
  const { clock, im, storage, showSignIn } = useServices()
  const status = ref<SessionStatus>('signedOut')
  const profile = shallowRef<Profile>()
  /** True after a session ended by itself: the sign-in page then says so. */
  const isExpired = ref(false)
  const user = computed(() => profile.value?.user)
  const realtime = computed(() => profile.value?.realtime)
  const endListeners = new Set<() => void>()
  /** Grows when a session begins or ends: an answer asked for in another one changes nothing. */
  let epoch = 0
  /** While the server is told, its throwing the person out is no news. */
  /** One renewal for the requests and the realtime connection that find the token dead at the same time. */
  let renewal: Promise<boolean> | undefined
  let isSigningOut = false

  /** Continues the session of the last start. True when there is one. */
  function restore(): boolean {
    const saved = readProfile(storage.get(profileKey))
    if (!saved || !storage.get(storageKeys.accessToken)) return false
    if (saved.realtime.mode === 'ddp' && !storage.get(storageKeys.chatToken)) return false
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
    epoch += 1
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
   * Renews the chat session with the business token. False when the business session is over too, or when the chat account
   * is another one now: everything that is shown belongs to the old one.
   * @throws {ApiError} when nobody answered: the session may still be good; also when it has ended meanwhile
   */
  function renew(): Promise<boolean> {
    renewal ??= renewOnce().finally(() => {
      renewal = undefined
    })
    return renewal
  }

  async function renewOnce(): Promise<boolean> {
    const startedIn = epoch
    if (isSigningOut || status.value !== 'signedIn') throw sessionOverError()
    try {
      const renewed = await im.authenticate({ renew: true })
      if (epoch !== startedIn) throw sessionOverError()
      if (renewed.userId !== profile.value?.user.id) return false
      adopt(renewed)
      return true
    } catch (error) {
      if (epoch !== startedIn) throw sessionOverError()
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return false
      throw error
    }
  }

  function adopt({ userId, authToken, username, name, realtime: address }: ChatSession): void {
    if (authToken === undefined) storage.remove(storageKeys.chatToken)
    else storage.set(storageKeys.chatToken, authToken)
    storage.set(storageKeys.chatUserId, userId)
    const next = { user: { id: userId, username, name }, realtime: address }
    storage.set(profileKey, next)
    profile.value = next
  }

  /** The session has ended by itself: everything typed is kept, the sign-in page opens. */
  function expire(): void {
    if (status.value !== 'signedIn' || isSigningOut) return
    isExpired.value = true
    end()
  }

  /** Ends the session here and, if it can be reached, on the server. */
  async function signOut(): Promise<void> {
    if (isSigningOut) return
    isSigningOut = true
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, signOutPatienceMs)
      const done = (): void => {
        clock.clearTimeout(timer)
        resolve()
      }
      im.signOut().then(done, done)
    })
    isSigningOut = false
    isExpired.value = false
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
    epoch += 1
  }

  /** Calls back after each end of a session, for stores that hold what belongs to it. */
  function onEnd(listener: () => void): () => void {
    endListeners.add(listener)
    return () => endListeners.delete(listener)
  }

  return { status, user, realtime, isExpired, restore, signIn, renew, expire, signOut, onEnd }
})

function readProfile(value: unknown): Profile | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { user, realtime } = value as Partial<Profile>
  if (typeof user?.id !== 'string' || typeof user.username !== 'string') return undefined
  if (typeof user.name !== 'string' || typeof realtime?.url !== 'string') return undefined
  const { url } = realtime
  const mode: unknown = realtime.mode
  if (mode !== 'ddp' && mode !== 'signalr') return undefined
  return {
    user: { id: user.id, username: user.username, name: user.name },
    realtime: { mode, url },
  }
}
