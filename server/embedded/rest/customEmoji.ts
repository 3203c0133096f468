import { Type } from 'typebox'
import type { App } from '../app'
import { maxEmojiBytes, removeEmoji, saveEmoji, type EmojiInput } from '../emoji/saveEmoji'
import { TextError } from '../errors'
import { receiveForm, takeSmall } from '../files/multipart'
import type { EmojiDoc } from '../storage/customEmoji'
import { dateParam } from './dates'
import { userGet, userPost, userUpload, type Endpoint, type UserCall } from './endpoint'
import { pageOf, pagingFields } from './paging'
import { sorted, sortKeys } from './sorting'

const strict = { additionalProperties: false }
const optionalText = Type.Optional(Type.String())
const manage = ['manage-emoji']

const list = userGet(
  'emoji-custom.list',
  { query: Type.Object({ updatedSince: optionalText, _id: optionalText }, strict) },
  ({ app, query }) => {
    const since = dateParam(query.updatedSince, 'error-roomId-param-invalid')?.getTime()
    const changed = app.store.customEmoji.changedSince(since ?? -1)
    const update = changed.filter((emoji) => query._id === undefined || emoji._id === query._id)
    const remove = since === undefined ? [] : app.store.trash.since('emoji', '', since)
    return { emojis: { update, remove } }
  },
)

const allQuery = Type.Object(
  { name: optionalText, _id: optionalText, sort: optionalText, ...pagingFields },
  strict,
)

const all = userGet('emoji-custom.all', { query: allQuery }, ({ app, query }) => {
  const part = (query.name ?? '').toLowerCase()
  const found = app.store.customEmoji
    .changedSince(-1)
    .filter((emoji) => query._id === undefined || emoji._id === query._id)
    .filter((emoji) => emoji.name.toLowerCase().includes(part))
  const { items, ...page } = pageOf(sorted(found, sortKeys(query.sort)), query)
  return { emojis: items, ...page }
})

type SentEmoji = { input: EmojiInput; fields: ReadonlyMap<string, string> }

const receive = async ({ request }: UserCall<unknown, unknown>): Promise<SentEmoji> => {
  const { file, fields } = await receiveForm(request, {
    fieldName: 'emoji',
    take: takeSmall(maxEmojiBytes),
    discard: () => Promise.resolve(),
  })
  const input = {
    name: fields.get('name') ?? '',
    aliases: fields.get('aliases') ?? '',
    picture: file?.data,
  }
  return { input, fields }
}

const known = (app: App, id: string | undefined): EmojiDoc => {
  const emoji = id === undefined ? undefined : app.store.customEmoji.get(id)
  if (emoji === undefined) throw new TextError('Emoji not found.')
  return emoji
}

const create = userUpload('emoji-custom.create', manage, async (call) => {
  const { input } = await receive(call)
  return { emoji: await saveEmoji(call.app, undefined, input) }
})

const update = userUpload('emoji-custom.update', manage, async (call) => {
  const { input, fields } = await receive(call)
  const before = known(call.app, fields.get('_id'))
  // What the form leaves out stays as it is.
  if (!fields.has('name')) input.name = before.name
  if (!fields.has('aliases')) input.aliases = before.aliases.join(',')
  return { emoji: await saveEmoji(call.app, before._id, input) }
})

const remove = userPost(
  'emoji-custom.delete',
  { body: Type.Object({ emojiId: Type.String({ minLength: 1 }) }, strict), permissions: manage },
  ({ app, body }) => {
    removeEmoji(app, known(app, body.emojiId))
    return {}
  },
)

/** Emoji of this workspace (protocol reference 3.7). */
export const customEmojiEndpoints: readonly Endpoint[] = [list, all, create, update, remove]
