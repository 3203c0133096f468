import type { App } from '../app'
import type { UserDoc } from '../documents'
import { canReadRoom } from '../domain/roomAccess'
import { MeteorError } from '../errors'
import { notAllowed, type Publication } from './publication'

type ReadRule = (app: App, user: UserDoc | undefined, eventName: string) => boolean

const roomRule: ReadRule = (app, user, eventName) => {
  const room = app.store.rooms.get(eventName.split('/')[0] ?? '')
  return user !== undefined && room !== undefined && canReadRoom(app, room, user)
}

/** Who may read which stream (protocol reference 2.2). */
const rules: Readonly<Record<string, ReadRule>> = {
  'room-messages': roomRule,
  'notify-room': roomRule,
  'notify-user': (_app, user, eventName) =>
    user !== undefined && eventName.startsWith(`${user._id}/`),
  'notify-logged': (_app, user) => user !== undefined,
  'notify-all': () => true,
  roles: (_app, user) => user !== undefined,
}

const wantsCollection = (option: unknown): boolean =>
  option === true ||
  (typeof option === 'object' &&
    option !== null &&
    (option as { useCollection?: unknown }).useCollection === true)

const publicationOf =
  (stream: string, mayRead: ReadRule): Publication =>
  (context, [eventName, option]) => {
    if (typeof eventName !== 'string' || eventName === '') {
      throw new MeteorError('invalid-event-name')
    }
    if (!mayRead(context.app, context.user, eventName)) throw notAllowed()
    const stop = context.app.events.bus.listen(stream, eventName, {
      connectionId: context.connectionId,
      userId: context.user?._id,
      send: context.send,
    })
    if (wantsCollection(option)) {
      const collection = `stream-${stream}`
      context.send(JSON.stringify({ msg: 'added', collection, id: 'id', fields: { eventName } }))
    }
    return { stop }
  }

export const streamPublications: Readonly<Record<string, Publication>> = Object.fromEntries(
  Object.entries(rules).map(([stream, rule]) => [`stream-${stream}`, publicationOf(stream, rule)]),
)
