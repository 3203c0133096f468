import type { App } from '../app'
import { MeteorError } from '../errors'
import { randomId } from '../ids'
import type { EmojiDoc } from '../storage/customEmoji'

export const maxEmojiBytes = 1024 * 1024

const method = 'insertOrUpdateEmoji'
const maxName = 64
const maxAliases = 50

/** What a form says of an emoji; a picture only when a new one came. */
export type EmojiInput = { name: string; aliases: string; picture: Buffer | undefined }

const extensions: Readonly<Record<string, string>> = {
  gif: 'gif',
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
}

const checkName = (name: string, field: string): void => {
  // The first sign that is none of these ends a short name in a message, or means something in an address.
  if (name === '') {
    throw new MeteorError('error-the-field-is-required', `The field ${field} is required`, {
      method,
      field,
    })
  }
  if (name.length > maxName || /[\s,:><&"'/\\()%?#]/.test(name)) {
    const text = `${name.slice(0, maxName)} is not a valid ${field.toLowerCase()}`
    throw new MeteorError('error-input-is-not-a-valid-field', text, { method, input: name, field })
  }
}

const aliasesOf = (given: string, name: string): string[] => {
  const aliases = [...new Set(given.split(/[\s,]+/).filter((one) => one !== '' && one !== name))]
  if (aliases.length > maxAliases) {
    throw new MeteorError('error-input-is-not-a-valid-field', 'Too many aliases', { method })
  }
  for (const alias of aliases) checkName(alias, 'Alias_Set')
  return aliases
}

const checkFree = (app: App, names: readonly string[], ownId: string | undefined): void => {
  for (const name of names) {
    const known = app.store.customEmoji.byName(name)
    if (known !== undefined && known._id !== ownId) {
      throw new MeteorError(
        'Custom_Emoji_Error_Name_Or_Alias_Already_In_Use',
        'The custom emoji or one of its aliases is already in use',
        { method },
      )
    }
  }
}

type NewPicture = { extension: string; type: string; data: Buffer }

/** The picture as it came, so that it still moves; what is no picture is refused. */
const checkedPicture = async (app: App, data: Buffer): Promise<NewPicture> => {
  const facts = await app.images.facts(data)
  const extension = facts === undefined ? undefined : extensions[facts.format]
  if (facts === undefined || extension === undefined) {
    throw new MeteorError(
      'emoji-is-not-image',
      'Emoji file provided cannot be uploaded since it’s not an image',
    )
  }
  return { extension, type: `image/${facts.format}`, data }
}

/**
 * Adds an emoji, or changes the one with `id` (protocol reference 3.7 and 4.6). Everybody is told.
 * @throws MeteorError for a name that is missing, no name, or taken; `emoji-is-not-image`; TextError for an unknown id.
 */
export const saveEmoji = async (
  app: App,
  id: string | undefined,
  input: EmojiInput,
): Promise<EmojiDoc> => {
  const name = input.name.replaceAll(':', '').trim()
  checkName(name, 'Name')
  const aliases = aliasesOf(input.aliases, name)
  const picture = input.picture === undefined ? undefined : await checkedPicture(app, input.picture)
  return app.store.write(() => {
    const { customEmoji, pictures, stamps } = app.store
    const before = id === undefined ? undefined : customEmoji.get(id)
    checkFree(app, [name, ...aliases], before?._id)
    const extension = picture?.extension ?? before?.extension
    if (extension === undefined) {
      const text = 'The custom emoji file is required'
      throw new MeteorError('error-the-field-is-required', text, { method })
    }
    const etag = picture === undefined && before !== undefined ? before.etag : randomId()
    const stamp = stamps.next()
    const after = {
      _id: before?._id ?? randomId(),
      name,
      aliases,
      extension,
      etag,
      _updatedAt: stamp,
    }
    if (before === undefined) customEmoji.insert(after)
    else customEmoji.update(after)
    if (picture !== undefined) {
      const { type, data } = picture
      pictures.put('emoji', after._id, { type, data, etag, updatedAt: stamp })
    }
    const previous =
      before === undefined ? {} : { previousName: before.name, previousExtension: before.extension }
    app.events.emojiChanged('updateEmojiCustom', { ...after, ...previous })
    return after
  })
}

/** Removes an emoji. Messages and reactions that use it keep its short name. */
export const removeEmoji = (app: App, emoji: EmojiDoc): void => {
  app.store.write(() => {
    app.store.customEmoji.remove(emoji._id)
    app.store.pictures.remove('emoji', emoji._id)
    app.store.trash.add('emoji', emoji._id, '', app.store.stamps.next())
    app.events.emojiChanged('deleteEmojiCustom', emoji)
  })
}
