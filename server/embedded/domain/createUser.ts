import type { App } from '../app'
import { checkPasswordPolicy } from '../auth/passwordPolicy'
import { digestOf, hashPassword } from '../auth/passwords'
import type { UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { randomId } from '../ids'
import { joinRoom } from './createRoom'
import { checkFree } from './freeObjects'

export type NewUser = {
  username: string
  name: string
  email: string
  /** Plain text; null for an account that cannot sign in with a password. */
  password: string | null
  roles?: string[]
  active?: boolean
  verified?: boolean
  joinDefaultChannels?: boolean
  /** Joins the default rooms without a line in them, as the first administrator does. */
  joinsSilently?: boolean
  requirePasswordChange?: boolean
  customFields?: Record<string, unknown>
  nickname?: string
  bio?: string
  statusText?: string
  type?: 'user' | 'bot'
  _id?: string
}

const blockedNames = new Set(['all', 'here', 'admin', 'administrator', 'system', 'user'])

/** Whether nobody may have this name. */
export const isBlockedName = (username: string): boolean => blockedNames.has(username.toLowerCase())

const inUse = (method: string, field: string, value: string): MeteorError =>
  new MeteorError('error-field-unavailable', `${value} is already in use :(`, { method, field })

/** @throws MeteorError when the name is blocked, malformed or taken. `self` may keep the own name. */
export const checkUsername = (app: App, username: string, self?: string): void => {
  if (!/^[0-9a-zA-Z\-_.]{1,100}$/.test(username)) {
    throw new MeteorError('error-invalid-username', `${username} is not a valid username`)
  }
  const taken = app.store.users.byUsername(username)
  if (taken !== undefined && taken._id !== self) throw inUse('saveUser', 'username', username)
}

/** @throws MeteorError when the address is malformed or taken by somebody else. */
export const checkEmail = (app: App, email: string, self?: string): void => {
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) || email.length > 254) {
    throw new MeteorError('error-invalid-email', `Invalid email ${email}`)
  }
  const taken = app.store.users.byEmail(email)
  if (taken !== undefined && taken._id !== self) throw inUse('saveUser', 'email', email)
}

const userOf = (app: App, input: NewUser): UserDoc => {
  const user: UserDoc = {
    _id: input._id ?? randomId(),
    username: input.username,
    name: input.name,
    emails: [{ address: input.email, verified: input.verified ?? false }],
    roles: input.roles ?? ['user'],
    active: input.active ?? true,
    type: input.type ?? 'user',
    createdAt: new Date(app.clock.now()),
    statusDefault: 'online',
    statusText: input.statusText ?? '',
    settings: { profile: {}, preferences: {} },
    _updatedAt: app.store.stamps.next(),
  }
  if (!user.active) user.inactiveReason = 'pending_approval'
  if (input.requirePasswordChange === true) user.requirePasswordChange = true
  for (const field of ['customFields', 'nickname', 'bio'] as const) {
    if (input[field] !== undefined) Object.assign(user, { [field]: input[field] })
  }
  return user
}

/** Stores an account and joins it to the default rooms. `passwordHash` as `hashPassword` makes it. */
export const insertUser = (app: App, input: NewUser, passwordHash: string | null): UserDoc =>
  app.store.write(() => {
    const user = userOf(app, input)
    app.store.users.insert(user, passwordHash)
    if (input.joinDefaultChannels !== false) {
      for (const room of app.store.rooms.defaults()) joinRoom(app, room, user, input.joinsSilently)
    }
    return user
  })

/**
 * Creates an account.
 * @throws MeteorError `error-blocked-username`, `error-invalid-username`, `error-invalid-email`, `error-field-unavailable`,
 * `error-password-policy-not-met`.
 */
export const createUser = async (app: App, input: NewUser): Promise<UserDoc> => {
  const check = (): void => {
    if (isBlockedName(input.username)) {
      const text = `${input.username} is blocked and can't be used!`
      throw new MeteorError('error-blocked-username', text, { method: 'saveUser' })
    }
    checkUsername(app, input.username)
    checkEmail(app, input.email)
    checkFree('customFields', input.customFields)
    if (input.password !== null) checkPasswordPolicy(app, input.password)
  }
  check()
  const hash =
    input.password === null ? null : await hashPassword(digestOf(input.password), app.hashRounds)
  // Again: somebody may have taken the name while the hash was computed.
  check()
  return insertUser(app, input, hash)
}
