import type { App } from '../app'
import type { MessageDoc, RoomDoc, UserDoc } from '../documents'
import { MeteorError, TextError, isExpected, notAllowed } from '../errors'
import { randomId } from '../ids'
import { countInDiscussion } from './discussionCount'
import { checkFree, messagePartBytes } from './freeObjects'
import { deriveText } from './messageText'
import { notifyMembers } from './notifications'
import { withQuotes } from './quotes'
import { writableRoom } from './roomAccess'
import { addReply, rootWith } from './threads'
import { markAuthorSeen, raiseUnread } from './unread'

/** A message as a client sends it; the server computes the rest. */
export type NewMessage = {
  rid: string
  _id?: string
  msg?: string
  ts?: Date
  t?: string
  tmid?: string
  tshow?: boolean
  alias?: string
  avatar?: string
  emoji?: string
  attachments?: Record<string, unknown>[]
  blocks?: unknown[]
  customFields?: Record<string, unknown>
  content?: Record<string, unknown>
  groupable?: boolean
  /** Uploaded files, with the attachments that show them; only the server writes these. */
  file?: Record<string, unknown>
  files?: Record<string, unknown>[]
}

const replaceAfterMs = 10_000
const refuseAfterMs = 60_000
const maxIdLength = 64

/**
 * Clients order messages of one millisecond by their random ids. A time of its own keeps each behind the one before, up to
 * a thousand messages a second in one room.
 */
const timeAfter = (newest: Date | undefined, now: number): Date => {
  const next = (newest?.getTime() ?? 0) + 1
  return new Date(next > now && next <= now + 1000 ? next : now)
}

const acceptedTime = (ts: Date | undefined, now: number, newest: Date | undefined): Date => {
  if (ts === undefined) return timeAfter(newest, now)
  const offset = Math.abs(ts.getTime() - now)
  if (!(offset <= refuseAfterMs)) {
    throw new MeteorError('error-message-ts-out-of-sync', 'Message timestamp is out of sync')
  }
  return offset > replaceAfterMs ? timeAfter(newest, now) : ts
}

const isEmpty = (input: NewMessage): boolean =>
  (input.msg ?? '').trim() === '' &&
  (input.attachments?.length ?? 0) === 0 &&
  (input.blocks?.length ?? 0) === 0 &&
  input.content === undefined

const checkInput = (app: App, input: NewMessage): void => {
  if (input.tshow === true && input.tmid === undefined) {
    throw new MeteorError('invalid-params', 'tshow provided but missing tmid')
  }
  if (input.tmid !== undefined && !app.settings.flag('Threads_enabled')) {
    throw new MeteorError('error-not-allowed', 'not-allowed')
  }
  if ((input.msg ?? '').length > app.settings.number('Message_MaxAllowedSize')) {
    throw new MeteorError(
      'error-message-size-exceeded',
      'Message size exceeds Message_MaxAllowedSize',
    )
  }
  if (input._id !== undefined && (input._id === '' || input._id.length > maxIdLength)) {
    throw new MeteorError('error-invalid-message', 'Invalid message id')
  }
  for (const part of ['attachments', 'blocks', 'customFields', 'content'] as const) {
    checkFree(part, input[part], messagePartBytes)
  }
  if (isEmpty(input)) throw new MeteorError('error-invalid-message', 'The message is empty')
}

const safeAddress = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === 'string' && (/^https?:\/\//i.test(value) || value.startsWith('/file-upload')))

const addressFields = ['title_link', 'image_url', 'audio_url', 'video_url', 'thumb_url'] as const

const checkImpersonation = (app: App, user: UserDoc, input: NewMessage): void => {
  const impersonates = (input.alias ?? '') !== '' || (input.avatar ?? '') !== ''
  if (impersonates && !app.permissions.has(user, 'message-impersonate', input.rid)) {
    throw new TextError('Not enough permission')
  }
  for (const attachment of input.attachments ?? []) {
    if (!addressFields.every((field) => safeAddress(attachment[field]))) {
      throw new MeteorError('error-invalid-message', 'Invalid attachment address')
    }
  }
}

/** @throws MeteorError `error-not-allowed` for a readable message in an encrypted room (5.1, step 6). */
const checkEncryption = (app: App, room: RoomDoc, input: NewMessage): void => {
  if (room.encrypted !== true || input.t === 'e2e') return
  if (app.settings.flag('E2E_Allow_Unencrypted_Messages')) return
  throw notAllowed('sendMessage')
}

const checkGroupMentions = (app: App, user: UserDoc, message: MessageDoc): void => {
  for (const name of ['all', 'here']) {
    const used = message.mentions?.some((mention) => mention._id === name) === true
    if (used && !app.permissions.has(user, `mention-${name}`, message.rid)) {
      throw new MeteorError('error-action-not-allowed', 'Notify all in this room not allowed', {
        method: 'filterATAllTag',
        action: 'Notify_all_in_this_room',
      })
    }
  }
}

const copiedFields = [
  'alias',
  'avatar',
  'emoji',
  'attachments',
  'blocks',
  'customFields',
  'content',
  'groupable',
  'file',
  'files',
] as const

const buildMessage = (
  app: App,
  user: UserDoc,
  room: RoomDoc,
  input: NewMessage,
  previews: readonly string[] | undefined,
): MessageDoc => {
  const message: MessageDoc = {
    _id: input._id ?? randomId(),
    rid: room._id,
    msg: input.msg ?? '',
    ts: acceptedTime(input.ts, app.clock.now(), room.lm),
    u: { _id: user._id, username: user.username, name: user.name },
    _updatedAt: app.store.stamps.next(),
  }
  for (const field of copiedFields) {
    if (input[field] !== undefined) Object.assign(message, { [field]: input[field] })
  }
  if (input.tmid !== undefined) message.tmid = input.tmid
  if (input.tshow === true) message.tshow = true
  if (input.t === 'e2e') message.t = 'e2e'
  else Object.assign(message, deriveText(app, message.msg, previews))
  return withQuotes(app, user, message)
}

/** The root of the thread that a reply goes to; a reply to a reply goes to the same root (5.1, step 4). */
const threadRoot = (app: App, tmid: string): MessageDoc => {
  const target = app.store.messages.get(tmid)
  if (target === undefined) throw new MeteorError('error-invalid-message', 'No such thread')
  return target.tmid === undefined ? target : (app.store.messages.get(target.tmid) ?? target)
}

const ephemeralTexts = new Map([['room_is_archived', 'This room is archived.']])

/** A refused sender also sees the reason as a line in the room (5.1, step 11). */
const explainRefusal = (app: App, user: UserDoc, rid: string, error: unknown): void => {
  if (!isExpected(error) || !(error instanceof Error)) return
  const text = error instanceof MeteorError ? (error.reason ?? error.message) : error.message
  const shown = ephemeralTexts.get(text) ?? text
  app.store.driver.afterEnd(() =>
    app.events.ephemeral(user._id, rid, shown, new Date(app.clock.now())),
  )
}

/** Stores a message that has passed every check and causes its events (5.2). */
export const storeMessage = (
  app: App,
  user: UserDoc,
  room: RoomDoc,
  message: MessageDoc,
  root?: MessageDoc,
): void => {
  app.store.messages.insert(message)
  const inMain = message.tmid === undefined || message.tshow === true
  const counted = root && rootWith(app, room, root, message)
  const changed: RoomDoc = { ...room, msgs: room.msgs + 1, _updatedAt: app.store.stamps.next() }
  if (inMain) {
    changed.lm = message.ts
    changed.lastMessage = message
  } else if (counted !== undefined && room.lastMessage?._id === counted._id) {
    changed.lastMessage = counted
  }
  app.store.rooms.update(changed)
  app.events.message(message)
  app.events.room(changed)
  app.previews.consider(message)
  if (inMain) {
    markAuthorSeen(app, room._id, user, new Date(app.clock.now()))
    raiseUnread(app, changed, message)
  }
  if (counted !== undefined) addReply(app, counted, message)
  countInDiscussion(app, changed, message.ts)
  notifyMembers(app, room, message)
}

/** Steps 5 to 9: everything that is decided before something is written. */
const prepare = (
  app: App,
  user: UserDoc,
  input: NewMessage,
  previews: readonly string[] | undefined,
): { room: RoomDoc; message: MessageDoc } => {
  try {
    const room = writableRoom(app, input.rid, user)
    checkEncryption(app, room, input)
    checkImpersonation(app, user, input)
    const message = buildMessage(app, user, room, input, previews)
    checkGroupMentions(app, user, message)
    return { room, message }
  } catch (error) {
    explainRefusal(app, user, input.rid, error)
    throw error
  }
}

/**
 * The send pipeline (protocol reference 5.1). Answers the stored message, or undefined when a message with this id
 * exists already: then nothing is stored and nothing is sent.
 * @throws MeteorError or TextError for each refusal; the author also gets it as an ephemeral line where 5.1 says so.
 */
export const sendMessage = (
  app: App,
  user: UserDoc,
  input: NewMessage,
  previews?: readonly string[],
): MessageDoc | undefined => {
  checkInput(app, input)
  const root = input.tmid === undefined ? undefined : threadRoot(app, input.tmid)
  const target: NewMessage = { ...input, rid: root?.rid ?? input.rid }
  if (root !== undefined) target.tmid = root._id
  const { room, message } = prepare(app, user, target, previews)
  if (app.store.messages.get(message._id) !== undefined) return undefined
  app.store.write(() => storeMessage(app, user, room, message, root))
  return message
}

/** `sendMessage` in one commit with what others send at this moment; the answer comes when all of it is committed. */
export const sendSoon = (
  app: App,
  user: UserDoc,
  input: NewMessage,
  previews?: readonly string[],
): Promise<MessageDoc | undefined> =>
  app.store.writeSoon(() => sendMessage(app, user, input, previews))
