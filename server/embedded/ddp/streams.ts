import type { App } from '../app'
import type { UserDoc } from '../documents'
import { canReadRoom } from '../domain/roomAccess'
import { MeteorError } from '../errors'
import { myMessages, myMessagesPublication } from './myMessages'
import { publicInfo, publicInfoPublication } from './publicInfo'
import { notAllowed, type Publication } from './publication'

type ReadRule = (app: App, user: UserDoc | undefined, eventName: string) => boolean

const roomRule: ReadRule = (app, user, eventName) => {
  const room = app.store.rooms.get(eventName.split('/')[0] ?? '')
  return user !== undefined && room !== undefined && canReadRoom(app, room, user)
}

const settingReaders = [
  'view-privileged-setting',
  'edit-privileged-setting',
  'manage-selected-settings',
]

const loggedRule: ReadRule = (app, user, eventName) =>
  user !== undefined &&
  (eventName !== 'private-settings-changed' || app.permissions.hasAny(user, settingReaders))

/** Who may read which stream (protocol reference 2.2). */
const rules: Readonly<Record<string, ReadRule>> = {
  'room-messages': roomRule,
  'notify-room': roomRule,
  'notify-user': (_app, user, eventName) =>
    user !== undefined && eventName.startsWith(`${user._id}/`),
  'notify-logged': loggedRule,
  'notify-all': () => true,
  roles: (_app, user) => user !== undefined,
  apps: () => true,
}

/** Events that are put together for one subscriber, in place of those that everybody gets alike. */
const ownPublications: ReadonlyMap<string, Publication> = new Map([
  [`room-messages ${myMessages}`, myMessagesPublication],
  [`notify-all ${publicInfo}`, publicInfoPublication],
])

const wantsCollection = (option: unknown): boolean =>
  option === true ||
  (typeof option === 'object' &&
    option !== null &&
    (option as { useCollection?: unknown }).useCollection === true)

// Longer than any event has; a client cannot fill the memory with names.
const maxNameLength = 256

const eventNameOf = (value: unknown): string => {
  if (typeof value !== 'string' || value === '' || value.length > maxNameLength) {
    throw new MeteorError('invalid-event-name')
  }
  return value
}

const sharedPublication =
  (stream: string, mayRead: ReadRule, eventName: string): Publication =>
  (context) => {
    if (!mayRead(context.app, context.user, eventName)) throw notAllowed()
    const stop = context.app.events.bus.listen(stream, eventName, {
      connectionId: context.connectionId,
      userId: context.user?._id,
      send: context.send,
    })
    return { stop }
  }

const publicationOf =
  (stream: string, mayRead: ReadRule): Publication =>
  (context, params) => {
    const eventName = eventNameOf(params[0])
    const publication =
      ownPublications.get(`${stream} ${eventName}`) ?? sharedPublication(stream, mayRead, eventName)
    const publishing = publication(context, params)
    if (wantsCollection(params[1])) {
      const collection = `stream-${stream}`
      context.send(JSON.stringify({ msg: 'added', collection, id: 'id', fields: { eventName } }))
    }
    return publishing
  }

export const streamPublications: Readonly<Record<string, Publication>> = Object.fromEntries(
  Object.entries(rules).map(([stream, rule]) => [`stream-${stream}`, publicationOf(stream, rule)]),
)
