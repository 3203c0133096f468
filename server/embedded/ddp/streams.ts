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
  ({ app, user, connectionId, send }) => {
    if (!mayRead(app, user, eventName)) throw notAllowed()
    const userId = user?._id
    let checked = app.events.accessVersion()
    /** Whether the subscriber may still read, by the account and the room as they are now. */
    const stillMay = (): boolean => {
      const version = app.events.accessVersion()
      if (version === checked) return true
      checked = version
      const current = userId === undefined ? undefined : app.store.users.get(userId)
      return mayRead(app, current, eventName)
    }
    const stop = app.events.bus.listen(stream, eventName, {
      connectionId,
      userId,
      // Who lost the access hears nothing more, and is not told of it (protocol reference 2.3).
      send: (frame) => (stillMay() ? send(frame) : stop()),
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
