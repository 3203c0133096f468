import type { ApiError } from '../../../../../src/api/apiError'
import type { RestApi } from '../../../../../src/api/rest/restApi'
import type { StreamFrame } from '../../../../../src/realtime/realtime'
import type { FakeClock } from '../../support/fakeClock'
import { createFakeRest } from './fakeRest'
import { networkError, refusal } from './refusals'

export { networkError, refusal }

export type Wire = Record<string, unknown>

export type WireMessage = Wire & { _id: string; rid: string; msg: string; ts: number }

type FakeRoom = {
  doc: Wire & { _id: string; t: string; name: string }
  members: string[]
  messages: Map<string, WireMessage>
  deleted: { _id: string; _deletedAt: number }[]
}

type FakeSubscription = Wire & { _id: string; rid: string; userId: string; _updatedAt: number }

/** One connection of one person; `deliver` gets every frame that this person's streams carry. */
export type Listener = {
  userId: string
  follows: (roomId: string) => boolean
  deliver: (frame: StreamFrame) => void
}

export type RestCall = { userId: string; name: string; args: readonly unknown[] }

/** Decides over one REST call: an error instead of an answer, or a wait before the answer is delivered. */
export type Interceptor = (call: RestCall) => {
  /** Thrown without anything done by the server. */
  refuse?: ApiError | undefined
  /** Before the server sees it. */
  before?: Promise<void> | undefined
  /** The server has done it; the answer is on its way this long. */
  after?: Promise<void> | undefined
  /** The server has done it, but the answer is lost. */
  lose?: boolean | undefined
}

/** A chat server in memory with Rocket.Chat's documents and rules, as far as the stores depend on them. */
export class FakeChat {
  readonly rooms = new Map<string, FakeRoom>()
  readonly subscriptions: FakeSubscription[] = []
  readonly removedSubscriptions: { _id: string; _deletedAt: number }[] = []
  readonly calls: RestCall[] = []
  /** Who is there and how; everybody else is offline. */
  readonly statuses = new Map<string, string>()
  readonly listeners = new Set<Listener>()
  intercept: Interceptor = () => ({})
  private lastTime = 0
  private nextId = 1

  constructor(private readonly clock: FakeClock) {}

  /** The server's clock: never the same millisecond twice. */
  now(): number {
    this.lastTime = Math.max(this.lastTime + 1, Math.floor(this.clock.now()))
    return this.lastTime
  }

  id(prefix: string): string {
    return `${prefix}${this.nextId++}`
  }

  addRoom(id: string, members: readonly string[], fields: Wire = {}): void {
    const at = this.now()
    const doc = { _id: id, t: 'c', name: id, fname: id, ts: at, _updatedAt: at, ...fields }
    this.rooms.set(id, {
      doc: { ...doc, usersCount: members.length },
      members: [],
      messages: new Map(),
      deleted: [],
    })
    for (const userId of members) this.join(userId, id)
  }

  join(userId: string, roomId: string, fields: Wire = {}): void {
    const { doc, members } = this.room(roomId)
    members.push(userId)
    const at = this.now()
    const subscription: FakeSubscription = {
      ...{ _id: this.id('s'), rid: roomId, userId, t: doc.t, name: doc.name, fname: doc.fname },
      ...{ open: true, alert: false, unread: 0, userMentions: 0, groupMentions: 0, ls: at },
      _updatedAt: at,
      ...fields,
    }
    this.subscriptions.push(subscription)
    this.tellSubscription('inserted', subscription)
    this.tell(userId, 'rooms-changed', ['inserted', doc])
  }

  leave(userId: string, roomId: string): void {
    const index = this.subscriptions.findIndex((one) => one.rid === roomId && one.userId === userId)
    const [subscription] = this.subscriptions.splice(index, 1)
    const room = this.room(roomId)
    room.members = room.members.filter((id) => id !== userId)
    this.removedSubscriptions.push({ _id: subscription!._id, _deletedAt: this.now() })
    this.tell(userId, 'subscriptions-changed', [
      'removed',
      { _id: subscription!._id, rid: roomId, u: { _id: userId } },
    ])
  }

  /** Stores a message as the send pipeline does (protocol reference 5.1) and tells everybody. */
  post(userId: string, roomId: string, msg: string, fields: Wire = {}): WireMessage {
    const room = this.room(roomId)
    const at = this.now()
    const message: WireMessage = {
      _id: this.id('m'),
      ...{ rid: roomId, msg, ts: at, u: person(userId), _updatedAt: at },
      ...fields,
    }
    if (room.messages.has(message._id)) throw refusal(400, 'TypeError')
    room.messages.set(message._id, message)
    this.tellRoom(roomId, 'stream-room-messages', roomId, [message])
    this.updateRoom(roomId, { lm: at, lastMessage: message })
    for (const subscription of this.subscriptions.filter(({ rid }) => rid === roomId)) {
      const isMentioned = msg.includes(`@${subscription.userId}`)
      const counts = isMentioned || room.doc.t === 'd' ? 1 : 0
      if (subscription.userId === userId) continue
      this.updateSubscription(subscription, {
        ...{ alert: true, open: true, unread: Number(subscription.unread) + counts },
        userMentions: Number(subscription.userMentions) + (isMentioned ? 1 : 0),
      })
    }
    return message
  }

  edit(roomId: string, id: string, fields: Wire): void {
    const room = this.room(roomId)
    const at = this.now()
    const message = { ...room.messages.get(id)!, editedAt: at, ...fields, _updatedAt: at }
    room.messages.set(id, message)
    this.tellRoom(roomId, 'stream-room-messages', roomId, [message])
    if ((room.doc.lastMessage as Wire | undefined)?._id === id) {
      this.updateRoom(roomId, { lastMessage: message })
    }
  }

  remove(roomId: string, id: string): void {
    const room = this.room(roomId)
    if (!room.messages.delete(id)) return
    room.deleted.push({ _id: id, _deletedAt: this.now() })
    this.tellRoom(roomId, 'stream-notify-room', `${roomId}/deleteMessage`, [{ _id: id }])
    this.updateRoom(roomId, { lastMessage: this.messagesOf(roomId).pop() })
  }

  updateRoom(roomId: string, fields: Wire): void {
    const room = this.room(roomId)
    room.doc = { ...room.doc, ...fields, _updatedAt: this.now() }
    for (const userId of room.members) this.tell(userId, 'rooms-changed', ['updated', room.doc])
  }

  subscriptionOf(userId: string, roomId: string): FakeSubscription {
    return this.subscriptions.find((one) => one.rid === roomId && one.userId === userId)!
  }

  updateSubscription(subscription: FakeSubscription, fields: Wire): void {
    Object.assign(subscription, fields, { _updatedAt: this.now() })
    this.tellSubscription('updated', subscription)
  }

  tell(userId: string, event: string, args: readonly unknown[]): void {
    this.emit(
      { collection: 'stream-notify-user', eventName: `${userId}/${event}`, args },
      (to) => to.userId === userId,
    )
  }

  tellRoom(roomId: string, collection: string, eventName: string, args: readonly unknown[]): void {
    const { members } = this.room(roomId)
    this.emit({ collection, eventName, args }, (to) => {
      return members.includes(to.userId) && to.follows(roomId)
    })
  }

  /** A room's messages in order. */
  messagesOf(roomId: string): WireMessage[] {
    return [...this.room(roomId).messages.values()].sort((a, b) => a.ts - b.ts)
  }

  callsOf(name: string): RestCall[] {
    return this.calls.filter((call) => call.name === name)
  }

  /** REST as one person's client sees it. */
  restFor(userId: () => string): RestApi {
    return createFakeRest(this, userId)
  }

  /** What `this.syncMessages` answers. */
  sync(roomId: string, type: string, next: string) {
    const { messages, deleted } = this.room(roomId)
    const since = Number(next)
    const result =
      type === 'UPDATED'
        ? { updated: [...messages.values()].filter((one) => Number(one._updatedAt) > since) }
        : { deleted: deleted.filter((one) => one._deletedAt > since) }
    return { result: { ...result, cursor: { next: null } } }
  }

  room(roomId: string): FakeRoom {
    const room = this.rooms.get(roomId)
    if (!room) throw refusal(400, 'error-invalid-room')
    return room
  }

  private tellSubscription(change: string, subscription: FakeSubscription): void {
    this.tell(subscription.userId, 'subscriptions-changed', [change, { ...subscription }])
  }

  private emit(frame: StreamFrame, isFor: (listener: Listener) => boolean): void {
    const copy = structuredClone(frame)
    for (const listener of [...this.listeners]) if (isFor(listener)) listener.deliver(copy)
  }
}

export function person(userId: string): Wire {
  return { _id: userId, username: userId, name: userId.toUpperCase() }
}
