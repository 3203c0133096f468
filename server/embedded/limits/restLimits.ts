import type { App } from '../app'
import type { UserDoc } from '../documents'
import type { Rate, RateState } from './rateLimiter'

const second = 1000

/** Endpoints with a rate of their own (protocol reference 3.4); undefined for none. */
const ownRates: ReadonlyMap<string, Rate | undefined> = new Map([
  ['chat.sendMessage', { calls: 5, windowMs: second }],
  ['spotlight', { calls: 100, windowMs: 100 * second }],
  ['directory', { calls: 100, windowMs: 100 * second }],
  ['users.setStatus', { calls: 5, windowMs: 60 * second }],
  ['users.updateOwnBasicInfo', { calls: 1, windowMs: 60 * second }],
  ['users.register', { calls: 1, windowMs: 60 * second }],
  ['users.sendConfirmationEmail', { calls: 1, windowMs: 60 * second }],
  ['video-conference.start', { calls: 3, windowMs: 60 * second }],
  ['video-conference.cancel', { calls: 3, windowMs: 60 * second }],
  ['video-conference.join', { calls: 2, windowMs: 5 * second }],
  ['video-conference.info', { calls: 15, windowMs: 3 * second }],
  ['video-conference.list', { calls: 3, windowMs: second }],
  ['video-conference.providers', { calls: 3, windowMs: second }],
  ['video-conference.capabilities', { calls: 3, windowMs: second }],
  ['video-conference.leave', { calls: 20, windowMs: 60 * second }],
  ['video-conference.heartbeat', { calls: 20, windowMs: 60 * second }],
  ['video-conference.decline', { calls: 10, windowMs: 60 * second }],
  ['video-conference.rename', { calls: 10, windowMs: 60 * second }],
  // Methods over REST have the limits of DDP.
  ['method.call/', undefined],
  ['method.callAnon/', undefined],
])

const rateOf = (app: App, path: string): Rate | undefined => {
  if (ownRates.has(path)) return ownRates.get(path)
  return {
    calls: app.settings.number('API_Enable_Rate_Limiter_Limit_Calls_Default'),
    windowMs: app.settings.number('API_Enable_Rate_Limiter_Limit_Time_Default'),
  }
}

/**
 * Counts a REST call per route, method and address (protocol reference 3.4). Undefined when the call is not limited.
 */
export const restRate = (
  app: App,
  endpoint: { method: string; path: string },
  ip: string,
  user: UserDoc | undefined,
): RateState | undefined => {
  const { rateLimiter, settings, permissions } = app
  if (rateLimiter === undefined || !settings.flag('API_Enable_Rate_Limiter')) return undefined
  if (user !== undefined && permissions.has(user, 'api-bypass-rate-limit')) return undefined
  const rate = rateOf(app, endpoint.path)
  if (rate === undefined) return undefined
  return rateLimiter.hit(`rest ${endpoint.method} ${endpoint.path} ${ip}`, rate)
}

/** The headers of every limited answer; the reset is an absolute time in milliseconds. */
export const rateHeaders = (state: RateState): Record<string, string> => ({
  'X-RateLimit-Limit': String(state.limit),
  'X-RateLimit-Remaining': String(state.remaining),
  'X-RateLimit-Reset': String(state.resetAt),
})
