import type { Clock } from '../clock'
import { MeteorError } from '../errors'
import type { Settings } from '../settings'

/** Whom an attempt to sign in is counted for; undefined where that is not known. */
export type LoginAttempt = {
  uid: string | undefined
  /** Undefined where addresses are not limited. */
  ip: string | undefined
}

/**
 * Blocks an account, or an address, after too many wrong passwords or codes (Rocket.Chat's settings
 * `Block_Multiple_Failed_Logins_*`). Kept in memory: a restart forgets it.
 */
export type FailedLogins = {
  /** @throws MeteorError `error-login-blocked-for-ip`, `error-login-blocked-for-user`. */
  check(attempt: LoginAttempt): void
  failed(attempt: LoginAttempt): void
  succeeded(attempt: LoginAttempt): void
}

type Failures = { count: number; lastAt: number }

type Kind = 'user' | 'ip'

const names = {
  user: { switch: 'By_User', attempts: 'Block_by_User', minutes: 'By_User', shown: 'User' },
  ip: { switch: 'By_Ip', attempts: 'Block_By_Ip', minutes: 'By_Ip', shown: 'IP' },
} as const

const prefix = 'Block_Multiple_Failed_Logins'
const details = { function: 'Accounts.validateLoginAttempt' }
/** Addresses can be made up without end; accounts cannot. */
const maxKept = 50_000

export const createFailedLogins = (clock: Clock, settings: Settings): FailedLogins => {
  const kept = new Map<string, Failures>()
  const isOn = (kind: Kind): boolean =>
    settings.flag(`${prefix}_Enabled`) && settings.flag(`${prefix}_${names[kind].switch}`)
  const isExempt = (ip: string): boolean =>
    settings
      .text(`${prefix}_Ip_Whitelist`)
      .split(',')
      .some((one) => one.trim() === ip)
  const keysOf = ({ uid, ip }: LoginAttempt): [Kind, string][] => {
    const keys: [Kind, string][] = []
    if (ip !== undefined && isOn('ip') && !isExempt(ip)) keys.push(['ip', `ip ${ip}`])
    if (uid !== undefined && isOn('user')) keys.push(['user', `user ${uid}`])
    return keys
  }
  const blockMs = (kind: Kind): number =>
    settings.number(`${prefix}_Time_To_Unblock_${names[kind].minutes}_In_Minutes`) * 60_000
  /** What counts still: nothing when the last failure is longer ago than a block lasts. */
  const current = (kind: Kind, key: string): Failures | undefined => {
    const failures = kept.get(key)
    if (failures !== undefined && failures.lastAt + blockMs(kind) > clock.now()) return failures
    kept.delete(key)
    return undefined
  }
  const isBlocked = (kind: Kind, key: string): boolean => {
    const most = settings.number(`${prefix}_Attempts_Until_${names[kind].attempts}`)
    return most > 0 && (current(kind, key)?.count ?? 0) >= most
  }
  const note = (kind: Kind, key: string): void => {
    // A refused attempt does not make the block longer: others could keep the owner out for ever.
    if (isBlocked(kind, key)) return
    const count = (current(kind, key)?.count ?? 0) + 1
    kept.delete(key)
    kept.set(key, { count, lastAt: clock.now() })
    const [oldest] = kept.keys()
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest)
  }
  return {
    check: (attempt) => {
      for (const [kind, key] of keysOf(attempt)) {
        if (!isBlocked(kind, key)) continue
        const text = `Login has been temporarily blocked For ${names[kind].shown}`
        throw new MeteorError(`error-login-blocked-for-${kind}`, text, details)
      }
    },
    failed: (attempt) => {
      for (const [kind, key] of keysOf(attempt)) note(kind, key)
    },
    succeeded: (attempt) => {
      for (const [, key] of keysOf(attempt)) kept.delete(key)
    },
  }
}
