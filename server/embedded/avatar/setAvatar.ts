import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { randomId } from '../ids'
import { publicFetch, PublicFetchError, type PublicFetchOptions } from '../outside/publicFetch'
import type { Picture } from '../storage/pictures'

/** More than a photograph of a telephone needs. */
export const maxAvatarBytes = 10 * 1024 * 1024

const fetchTimeoutMs = 10_000

/**
 * A picture as an avatar: square, upright and small.
 * @throws MeteorError `error-invalid-image` for what is no picture.
 */
export const avatarPicture = async (app: App, source: Buffer): Promise<Picture> => {
  const made = await app.images.avatar(source)
  if (made === undefined) throw new MeteorError('error-invalid-image', 'Invalid image')
  return { ...made, etag: randomId(), updatedAt: new Date(app.clock.now()) }
}

/**
 * The bytes behind an address that a user names.
 * @throws MeteorError `error-avatar-invalid-url` for an address that is not public, answers no picture, or none at all.
 */
export const fetchAvatar = async (
  url: string,
  options: Partial<PublicFetchOptions> = {},
): Promise<Buffer> => {
  const invalid = (): MeteorError =>
    new MeteorError('error-avatar-invalid-url', 'Invalid avatar URL', { function: 'setUserAvatar' })
  try {
    const asked = { maxBytes: maxAvatarBytes, timeoutMs: fetchTimeoutMs, accept: 'image/*' }
    const { status, headers, body } = await publicFetch(url, { ...asked, ...options })
    if (status !== 200 || headers['content-type']?.startsWith('image/') !== true) throw invalid()
    return body
  } catch (error) {
    throw error instanceof PublicFetchError ? invalid() : error
  }
}

const decodeDataUri = (uri: string): Buffer | undefined => {
  const base64 = /^data:image\/[a-z0-9.+-]+;base64,([0-9A-Za-z+/=\s]+)$/i.exec(uri)?.[1]
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64')
}

/**
 * The picture in a data URI, as the settings form of a room sends it.
 * @throws MeteorError `error-invalid-image`.
 */
export const dataUriPicture = (app: App, uri: string): Promise<Picture> =>
  avatarPicture(app, decodeDataUri(uri) ?? Buffer.alloc(0))

const announce = (app: App, user: UserDoc): void => {
  const { username, avatarETag, avatarOrigin } = user
  app.events.avatarChanged({ username, etag: avatarETag })
  app.events.userData(user._id, { avatarETag: avatarETag ?? null, avatarOrigin })
}

/** Gives an account a picture; `origin` says where it came from (`rest` or `url`). Events as in protocol reference 5.2. */
export const setUserAvatar = (app: App, uid: string, picture: Picture, origin: string): void => {
  app.store.write(() => {
    const before = app.store.users.get(uid)
    if (before === undefined) throw new MeteorError('error-invalid-user', 'Invalid user')
    const after: UserDoc = {
      ...before,
      avatarETag: picture.etag,
      avatarOrigin: origin,
      _updatedAt: app.store.stamps.next(),
    }
    app.store.pictures.put('user', uid, picture)
    app.store.users.update(after)
    announce(app, after)
  })
}

/** Goes back to letters. */
export const resetUserAvatar = (app: App, uid: string): void => {
  app.store.write(() => {
    app.store.pictures.remove('user', uid)
    const before = app.store.users.get(uid)
    if (before === undefined) return
    const after: UserDoc = { ...before, avatarOrigin: 'none', _updatedAt: app.store.stamps.next() }
    delete after.avatarETag
    app.store.users.update(after)
    announce(app, after)
  })
}
