import { Type } from 'typebox'
import { changeSubscription } from '../domain/changes'
import { pin, react, reportMessage, star, unpin } from '../domain/markMessage'
import { subscriptionOrRefuse } from '../domain/ownSubscription'
import { messageFor } from '../domain/published'
import { MeteorError } from '../errors'
import { userGet, userPost, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const idBody = Type.Object({ messageId: text }, strict)
const shouldReact = Type.Optional(Type.Boolean())

const reactBody = Type.Union([
  Type.Object({ messageId: text, emoji: text, shouldReact }, strict),
  Type.Object({ messageId: text, reaction: text, shouldReact }, strict),
])

const reactEndpoint = userPost('chat.react', { body: reactBody }, ({ app, user, body }) => {
  const emoji = 'emoji' in body ? body.emoji : body.reaction
  react(app, user, body.messageId, emoji, body.shouldReact)
  return {}
})

const starEndpoint = (path: string, starred: boolean): Endpoint =>
  userPost(path, { body: idBody }, ({ app, user, body }) => {
    star(app, user, body.messageId, starred)
    return {}
  })

const pinEndpoint = userPost('chat.pinMessage', { body: idBody }, ({ app, user, body }) => ({
  message: messageFor(pin(app, user, body.messageId), user._id),
}))

const unpinEndpoint = userPost('chat.unPinMessage', { body: idBody }, ({ app, user, body }) => {
  unpin(app, user, body.messageId)
  return {}
})

const report = userPost(
  'chat.reportMessage',
  {
    body: Type.Object({ messageId: text, description: Type.String({ maxLength: 5000 }) }, strict),
  },
  ({ app, user, body }) => {
    reportMessage(app, user, body.messageId, body.description)
    return {}
  },
)

const ignoreQuery = Type.Object(
  {
    rid: text,
    userId: text,
    ignore: Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')])),
  },
  strict,
)

/** A GET that writes, as Rocket.Chat has it. */
const ignore = userGet('chat.ignoreUser', { query: ignoreQuery }, ({ app, user, query }) => {
  const method = 'ignoreUser'
  const before = subscriptionOrRefuse(app, query.rid, user, method)
  if (app.store.subscriptions.get(query.rid, query.userId) === undefined) {
    throw new MeteorError('error-invalid-subscription', 'Invalid subscription', { method })
  }
  const others = (before.ignored ?? []).filter((uid) => uid !== query.userId)
  app.store.write(() =>
    changeSubscription(app, before, (draft) => {
      draft.ignored = query.ignore === 'false' ? others : [...others, query.userId]
    }),
  )
  return {}
})

/** Read receipts belong to the enterprise edition; the answer is that of a community server. */
const receipts = userGet(
  'chat.getMessageReadReceipts',
  { query: Type.Object({ messageId: text }, strict) },
  () => {
    throw new MeteorError('error-action-not-allowed', 'This is an enterprise feature')
  },
)

/** What people do with single messages (protocol reference 3.13). */
export const messageMarkEndpoints: readonly Endpoint[] = [
  reactEndpoint,
  starEndpoint('chat.starMessage', true),
  starEndpoint('chat.unStarMessage', false),
  pinEndpoint,
  unpinEndpoint,
  report,
  ignore,
  receipts,
]
