import type { App } from '../app'
import type { MessageDoc, RoomDoc, UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { randomId } from '../ids'
import { createNamedRoom, type NamedRoom } from './createRoom'
import { joinAsUser } from './membership'
import { accessibleRoom } from './roomAccess'
import { sendMessage, storeMessage } from './sendMessage'

/** A discussion as it is asked for (protocol reference 3.11). */
export type NewDiscussion = {
  /** The room above it. */
  prid: string
  /** The message that it starts from. */
  pmid?: string
  title: string
  members: readonly UserDoc[]
  /** First message in it. */
  reply?: string
  /** The name of the room above it when absent. */
  topic?: string
}

const refuse = (code: string, reason?: string): MeteorError =>
  new MeteorError(code, reason, { method: 'DiscussionCreation' })

const checkPermission = (app: App, user: UserDoc, start: MessageDoc | undefined): void => {
  const others = start !== undefined && start.u._id !== user._id
  const wanted = others ? 'start-discussion-other-user' : 'start-discussion'
  if (!app.settings.flag('Discussion_enabled') || !app.permissions.has(user, wanted)) {
    throw refuse('error-action-not-allowed', 'You are not allowed to create a discussion')
  }
}

const startOf = (app: App, input: NewDiscussion): MessageDoc | undefined => {
  if (input.pmid === undefined) return undefined
  const start = app.store.messages.get(input.pmid)
  if (start?.rid !== input.prid) throw refuse('error-invalid-message', 'Invalid message')
  return start
}

const quoteOf = (start: MessageDoc): Record<string, unknown> => ({
  text: start.msg,
  author_name: start.u.username,
  author_icon: `/avatar/${encodeURIComponent(start.u.username)}`,
  ts: start.ts,
  attachments: start.attachments ?? [],
})

/** The line of the parent room that links the discussion; it counts like a message that somebody wrote. */
const announce = (
  app: App,
  user: UserDoc,
  parent: RoomDoc,
  discussion: RoomDoc,
  start: MessageDoc | undefined,
): void => {
  const line: MessageDoc = {
    _id: randomId(),
    rid: parent._id,
    t: 'discussion-created',
    msg: discussion.fname ?? '',
    drid: discussion._id,
    dcount: 0,
    ts: new Date(app.clock.now()),
    u: { _id: user._id, username: user.username, name: user.name },
    groupable: false,
    _updatedAt: app.store.stamps.next(),
  }
  if (start !== undefined) line.attachments = [quoteOf(start)]
  storeMessage(app, user, parent, line)
}

const existingFor = (app: App, input: NewDiscussion): RoomDoc | undefined =>
  input.pmid === undefined
    ? undefined
    : app.store.rooms.discussionsOf(input.prid).find((room) => room.pmid === input.pmid)

/** Public where the parent is, but for rooms of a private team (protocol reference 5.10). */
const typeBelow = (app: App, parent: RoomDoc): 'c' | 'p' => {
  const team = parent.teamId === undefined ? undefined : app.store.teams.get(parent.teamId)
  return parent.t === 'c' && team?.type !== 1 ? 'c' : 'p'
}

const roomFor = (
  app: App,
  parent: RoomDoc,
  user: UserDoc,
  input: NewDiscussion,
  members: readonly UserDoc[],
  start: MessageDoc | undefined,
): NamedRoom => {
  const room: NamedRoom = {
    t: typeBelow(app, parent),
    name: randomId(),
    fname: input.title,
    owner: user,
    members,
    prid: parent._id,
  }
  if (input.pmid !== undefined) room.pmid = input.pmid
  // As recorded: clients show what a discussion is about and where it belongs.
  const topic = input.topic ?? parent.name
  if (topic !== undefined) room.topic = topic
  if (start !== undefined) room.description = start.msg
  return room
}

/**
 * Starts a discussion below a room (protocol reference 5.10). The same message again gives the discussion that exists;
 * `inserted` says which of the two it is.
 * @throws MeteorError `error-invalid-room`, `error-nested-discussion`, `error-invalid-message`, `error-action-not-allowed`.
 */
export const createDiscussion = (
  app: App,
  user: UserDoc,
  input: NewDiscussion,
): { room: RoomDoc; inserted: boolean } => {
  const parent = accessibleRoom(app, input.prid, user)
  if (parent === undefined) throw refuse('error-invalid-room')
  if (parent.prid !== undefined) {
    throw refuse('error-nested-discussion', 'Cannot create nested discussions')
  }
  if (parent.archived === true) throw refuse('error-room-archived', 'The room is archived')
  const start = startOf(app, input)
  checkPermission(app, user, start)
  const existing = existingFor(app, input)
  if (existing !== undefined) return { room: joinAsUser(app, existing, user), inserted: false }
  const author = start === undefined ? undefined : app.store.users.get(start.u._id)
  const people = author === undefined ? input.members : [...input.members, author]
  const members = [...new Map(people.map((one) => [one._id, one])).values()]
  return app.store.write(() => {
    const discussion = createNamedRoom(app, roomFor(app, parent, user, input, members, start))
    announce(app, user, parent, discussion, start)
    if (input.reply !== undefined && input.reply.trim() !== '') {
      sendMessage(app, user, { rid: discussion._id, msg: input.reply })
    }
    return { room: app.store.rooms.get(discussion._id) ?? discussion, inserted: true }
  })
}
