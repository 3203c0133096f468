import { asObject, decodeTime, field, list, strings, text, time, type WireObject } from './fields'
import { sharedAuthor, sharedRoomId } from './sharedParts'
import type { Author, Message, Reaction } from './types'

const nobody: readonly string[] = []

/**
 * A message document (protocol reference 4.1). Needs `_id`, `rid`, `ts` and an author's id; all else may be missing.
 * @returns undefined for what is malformed
 */
export function decodeMessage(value: unknown): Message | undefined {
  const wire = asObject(value)
  if (wire === undefined) return undefined
  const id = text(wire, '_id')
  const roomId = text(wire, 'rid')
  const sentAt = decodeTime(field(wire, 'ts'))
  const author = decodeAuthor(wire)
  if (id === '' || roomId === '' || sentAt === undefined || author === undefined) return undefined
  const editedAt = time(wire, 'editedAt')
  const message: Message = {
    id,
    roomId: sharedRoomId(roomId),
    author,
    text: text(wire, 'msg'),
    sentAt,
    updatedAt: decodeTime(field(wire, '_updatedAt')) ?? Math.max(sentAt, editedAt),
    system: text(wire, 't'),
    editedAt,
    threadId: text(wire, 'tmid'),
    isShownInRoom: field(wire, 'tshow') === true,
    mentions: decodeIds(field(wire, 'mentions')),
    isGroupable: field(wire, 'groupable') !== false,
    fileName: firstFileName(wire),
    role: text(wire, 'role'),
  }
  const reactions = decodeReactions(field(wire, 'reactions'))
  if (reactions.length > 0) message.reactions = reactions
  return message
}

/** `{":smile:": {usernames: [...]}}`; an emoji that nobody stands behind is none. */
function decodeReactions(value: unknown): Reaction[] {
  const reactions = asObject(value)
  if (reactions === undefined) return []
  return Object.entries(reactions).flatMap(([emoji, wire]) => {
    const usernames = strings(field(asObject(wire) ?? {}, 'usernames'))
    return usernames.length === 0 ? [] : [{ emoji, usernames }]
  })
}

/** Integrations set `alias` to be shown instead of the author's own name. */
function decodeAuthor(wire: WireObject): Author | undefined {
  const user = asObject(field(wire, 'u'))
  if (user === undefined) return undefined
  const id = text(user, '_id')
  if (id === '') return undefined
  const username = text(user, 'username')
  const name = text(wire, 'alias') || text(user, 'name') || username || id
  return sharedAuthor({ id, username, name })
}

function decodeIds(value: unknown): readonly string[] {
  const documents = list(value)
  // Nearly always: worth no array of its own.
  if (documents.length === 0) return nobody
  return documents.map((item) => text(asObject(item) ?? {}, '_id')).filter((id) => id !== '')
}

/** `file` is the older form of `files[0]`. */
function firstFileName(wire: WireObject): string {
  const first = asObject(list(field(wire, 'files'))[0]) ?? asObject(field(wire, 'file'))
  return first === undefined ? '' : text(first, 'name')
}
