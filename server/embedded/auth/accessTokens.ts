import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { hashToken, randomToken } from '../ids'
import type { StoredToken } from '../storage/tokens'

const shownCharacters = 6
const maxPerUser = 100

const checkMay = (app: App, user: UserDoc, method: string): void => {
  if (app.permissions.has(user, 'create-personal-access-tokens')) return
  throw new MeteorError('not-authorized', 'Not Authorized', { method })
}

const named = (app: App, uid: string, name: string): StoredToken | undefined =>
  app.store.tokens.personal(uid).find((token) => token.name === name)

const existing = (app: App, uid: string, name: string, method: string): StoredToken => {
  const token = named(app, uid, name)
  if (token !== undefined) return token
  throw new MeteorError('error-token-does-not-exists', 'Token does not exist', { method })
}

const store = (app: App, uid: string, name: string, bypass: boolean): string => {
  const token = randomToken()
  app.store.tokens.insert({
    hash: hashToken(token),
    uid,
    createdAt: app.clock.now(),
    name,
    lastPart: token.slice(-shownCharacters),
    bypass: bypass ? 1 : 0,
  })
  return token
}

/** What the owner sees of a personal access token. */
export type ListedToken = {
  name: string
  createdAt: Date
  lastTokenPart: string
  bypassTwoFactor: boolean
}

/** The caller's personal access tokens. @throws MeteorError `not-authorized`. */
export const listAccessTokens = (app: App, user: UserDoc): ListedToken[] => {
  checkMay(app, user, 'personalAccessTokens:getTokens')
  return app.store.tokens.personal(user._id).map((token) => ({
    name: token.name ?? '',
    createdAt: new Date(token.createdAt),
    lastTokenPart: token.lastPart ?? '',
    bypassTwoFactor: token.bypass === 1,
  }))
}

/**
 * Makes a token that does not expire and signs in like any other (protocol reference 1.8 and 3.5). It is shown once.
 * @throws MeteorError `not-authorized`, `error-token-already-exists`, `error-too-many-tokens`.
 */
export const createAccessToken = (
  app: App,
  user: UserDoc,
  name: string,
  bypassTwoFactor: boolean,
): string => {
  const method = 'personalAccessTokens:generateToken'
  checkMay(app, user, method)
  if (named(app, user._id, name) !== undefined) {
    const text = 'A token with this name already exists'
    throw new MeteorError('error-token-already-exists', text, { method })
  }
  if (app.store.tokens.personal(user._id).length >= maxPerUser) {
    throw new MeteorError('error-too-many-tokens', 'Remove a token first', { method })
  }
  return store(app, user._id, name, bypassTwoFactor)
}

/** Another token under the same name; the old one ends. @throws MeteorError as `removeAccessToken`. */
export const renewAccessToken = (app: App, user: UserDoc, name: string): string => {
  const method = 'personalAccessTokens:regenerateToken'
  checkMay(app, user, method)
  const before = existing(app, user._id, name, method)
  return app.store.write(() => {
    app.store.tokens.remove(before.hash)
    app.events.tokensRemoved([before.hash])
    return store(app, user._id, name, before.bypass === 1)
  })
}

/** Ends a token and the sockets that use it. @throws MeteorError `not-authorized`, `error-token-does-not-exists`. */
export const removeAccessToken = (app: App, user: UserDoc, name: string): void => {
  const method = 'personalAccessTokens:removeToken'
  checkMay(app, user, method)
  const { hash } = existing(app, user._id, name, method)
  app.store.write(() => {
    app.store.tokens.remove(hash)
    app.events.tokensRemoved([hash])
  })
}
