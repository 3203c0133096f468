import { Type, type Static } from 'typebox'
import {
  avatarPicture,
  fetchAvatar,
  maxAvatarBytes,
  resetUserAvatar,
  setUserAvatar,
} from '../avatar/setAvatar'
import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError, TextError } from '../errors'
import { receiveForm, takeSmall } from '../files/multipart'
import { readBody } from './body'
import { Reply, userGet, userPost, userUpload, type Endpoint } from './endpoint'
import { targetUser, userFields, type UserSelector } from './selectors'
import { problemOf } from './validate'

const strict = { additionalProperties: false }

/** The account that is meant: the caller's own, or another that is named. */
const meantUser = (app: App, user: UserDoc, selector: UserSelector): UserDoc =>
  selector.userId === undefined && selector.username === undefined
    ? user
    : targetUser(app, selector)

const checkMayChange = (
  app: App,
  user: UserDoc,
  target: UserDoc,
  refusal: { text: string; method: string },
): void => {
  const others = app.permissions.has(user, 'edit-other-user-avatar')
  const own = target._id === user._id && app.settings.flag('Accounts_AllowUserAvatarChange')
  if (!own && !others) {
    throw new MeteorError('error-not-allowed', refusal.text, { method: refusal.method })
  }
}

const urlBody = Type.Object({ avatarUrl: Type.String({ minLength: 1 }), ...userFields }, strict)

const mayNotSet = { text: 'Not allowed', method: 'setAvatar' }

const isForm = (contentType: string | undefined): boolean =>
  /^multipart\/form-data\b/i.test(contentType ?? '')

/** Sets it by address, as JSON. */
const setByUrl = async (app: App, user: UserDoc, body: unknown): Promise<void> => {
  const problem = problemOf(urlBody, body)
  if (problem !== undefined) throw new MeteorError('invalid-params', problem)
  const { avatarUrl, ...selector } = body as Static<typeof urlBody>
  const target = meantUser(app, user, selector)
  checkMayChange(app, user, target, mayNotSet)
  const picture = await avatarPicture(app, await fetchAvatar(avatarUrl))
  setUserAvatar(app, target._id, picture, 'url')
}

const selectorOf = (fields: ReadonlyMap<string, string>): UserSelector => {
  const selector: UserSelector = {}
  const [userId, username] = [fields.get('userId'), fields.get('username')]
  if (userId !== undefined && userId !== '') selector.userId = userId
  if (username !== undefined && username !== '') selector.username = username
  return selector
}

const setAvatar = userUpload('users.setAvatar', [], async ({ app, user, request }) => {
  if (!isForm(request.headers['content-type'])) {
    await setByUrl(app, user, await readBody(request))
    return {}
  }
  const { file, fields } = await receiveForm(request, {
    fieldName: 'image',
    take: takeSmall(maxAvatarBytes),
    discard: () => Promise.resolve(),
  })
  const target = meantUser(app, user, selectorOf(fields))
  checkMayChange(app, user, target, mayNotSet)
  if (file === undefined) throw new TextError("The 'image' file is required")
  setUserAvatar(app, target._id, await avatarPicture(app, file.data), 'rest')
  return {}
})

const resetAvatar = userPost(
  'users.resetAvatar',
  { body: Type.Object(userFields, strict) },
  ({ app, user, body }) => {
    const target = meantUser(app, user, body)
    const refusal = { text: 'Reset avatar is not allowed', method: 'users.resetAvatar' }
    checkMayChange(app, user, target, refusal)
    resetUserAvatar(app, target._id)
    return {}
  },
)

const getAvatar = userGet(
  'users.getAvatar',
  { query: Type.Object(userFields, strict) },
  ({ app, user, query }) => {
    const { username } = meantUser(app, user, query)
    const location = `${app.settings.text('Site_Url')}/avatar/${encodeURIComponent(username)}`
    return new Reply(307, `Redirecting to ${location}`, { location })
  },
)

/** Pictures that other services know of a user; this workspace has no such services. */
const suggestion = userGet(
  'users.getAvatarSuggestion',
  { query: Type.Object(userFields, strict) },
  () => ({ suggestions: {} }),
)

/** Pictures of people (protocol reference 3.6). */
export const avatarEndpoints: readonly Endpoint[] = [setAvatar, resetAvatar, getAvatar, suggestion]
