import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError } from '../errors'
import type { Rate } from './rateLimiter'

/** A call of a method, or a subscription, by its name. Over REST there is no connection. */
export type DdpCall = {
  name: string
  ip: string
  connectionId: string | undefined
  user: UserDoc | undefined
}

const rateOf = (app: App, id: string, factor = 1): Rate | undefined => {
  const prefix = `DDP_Rate_Limit_${id}`
  if (!app.settings.flag(`${prefix}_Enabled`)) return undefined
  return {
    calls: app.settings.number(`${prefix}_Requests_Allowed`) * factor,
    windowMs: app.settings.number(`${prefix}_Interval_Time`) * factor,
  }
}

const isLocal = (ip: string): boolean => ip === '127.0.0.1' || ip === '::ffff:127.0.0.1'

const accountMethods = new Set(['login', 'createUser', 'forgotPassword', 'resetPassword'])

type Rule = { key: string; rate: Rate | undefined }

/** The rules of protocol reference 1.6 that a call falls under. */
const rulesOf = (app: App, { name, ip, connectionId, user }: DdpCall): Rule[] => {
  const rules: Rule[] = []
  // Subscriptions to streams may be four times as many in four times the time.
  const factor = name.startsWith('stream-') ? 4 : 1
  if (!isLocal(ip)) rules.push({ key: `ip ${ip}`, rate: rateOf(app, 'IP') })
  if (user !== undefined) {
    const uid = user._id
    rules.push({ key: `user ${uid}`, rate: rateOf(app, 'User') })
    rules.push({ key: `user ${uid} ${name}`, rate: rateOf(app, 'User_By_Method', factor) })
    if (name === 'sendMessage' && !app.permissions.has(user, 'send-many-messages')) {
      rules.push({ key: `sends ${uid}`, rate: { calls: 5, windowMs: 1000 } })
    }
    if (name === 'setUserStatus') {
      rules.push({ key: `statuses ${uid}`, rate: { calls: 1, windowMs: 1000 } })
    }
  }
  if (connectionId !== undefined) {
    const key = `connection ${connectionId}`
    rules.push({ key, rate: rateOf(app, 'Connection') })
    rules.push({ key: `${key} ${name}`, rate: rateOf(app, 'Connection_By_Method', factor) })
  }
  if (accountMethods.has(name)) {
    const key = connectionId === undefined ? `address ${ip}` : `connection ${connectionId}`
    rules.push({ key: `${key} account`, rate: { calls: 5, windowMs: 10_000 } })
  }
  return rules
}

/** @throws MeteorError `too-many-requests` with `details.timeToReset` in milliseconds. */
export const checkDdpRate = (app: App, call: DdpCall): void => {
  const { rateLimiter } = app
  if (rateLimiter === undefined) return
  for (const { key, rate } of rulesOf(app, call)) {
    if (rate === undefined) continue
    const { allowed, resetAt } = rateLimiter.hit(`ddp ${key}`, rate)
    if (allowed) continue
    const timeToReset = resetAt - app.clock.now()
    const seconds = Math.ceil(timeToReset / 1000)
    throw new MeteorError(
      'too-many-requests',
      `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying again.`,
      { timeToReset },
    )
  }
}
