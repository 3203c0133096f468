import type { PermissionDoc } from '../auth/permissions'
import type { InviteDoc, MessageDoc, RoomDoc, SubscriptionDoc, UserRef } from '../documents'
import { publishedSubscription } from '../domain/published'
import { randomId } from '../ids'
import type { Store } from '../storage/store'
import type { Bus } from './bus'

export type DesktopNotification = { title: string; text: string; payload: Record<string, unknown> }

export type RoleChange = {
  type: 'added' | 'removed'
  _id: string
  u: UserRef
  /** The room; absent for a role in the workspace. */
  scope?: string
}

export type ChangeKind = 'inserted' | 'updated'

/**
 * The one place where state changes become stream events (protocol reference 2.2 and 5.2). Every event leaves after the
 * transaction that caused it has committed.
 */
export type Events = {
  bus: Bus
  /** RM: a message is new or changed; the whole document is sent. */
  message(message: MessageDoc): void
  /** DEL: a message is gone without a trace. */
  messageDeleted(rid: string, id: string): void
  /** BULK: many messages are gone, or the files in them. */
  messagesDeleted(rid: string, what: Record<string, unknown>): void
  /** ROOM: to every member. */
  room(room: RoomDoc): void
  /** The room is new for one member. */
  roomInserted(uid: string, room: RoomDoc): void
  /** The room is gone, or gone for these people. */
  roomRemoved(uids: readonly string[], rid: string): void
  /** SUB: to its owner. */
  subscription(kind: ChangeKind, subscription: SubscriptionDoc): void
  subscriptionRemoved(subscription: SubscriptionDoc): void
  /** EPH: a line that only one person sees and nobody stores. */
  ephemeral(uid: string, rid: string, text: string, now: Date): void
  notification(uids: readonly string[], notification: DesktopNotification): void
  userData(uid: string, diff: Record<string, unknown>): void
  /** A role was given or taken. */
  roleChanged(change: RoleChange): void
  /** A permission belongs to other roles now. */
  permissionChanged(permission: PermissionDoc): void
  /** Somebody has a new link into a room. */
  inviteChanged(uid: string, invite: InviteDoc): void
  /** A setting has another value. */
  settingChanged(setting: { _id: string; value: unknown }, isPublic: boolean): void
  /** An account is gone; clients remove or rename what it wrote. */
  userDeleted(userId: string, erasure: 'Delete' | 'Unlink' | 'Keep'): void
  /** An account or a room has another picture, or letters again when there is no tag. */
  avatarChanged(
    what:
      { username: string; etag: string | undefined } | { rid: string; etag: string | undefined },
  ): void
  /** A custom emoji is new, changed or gone. */
  emojiChanged(
    event: 'updateEmojiCustom' | 'deleteEmojiCustom',
    emojiData: Record<string, unknown>,
  ): void
  nameChanged(user: { _id: string; name: string; username: string }): void
  /** Somebody may see less than before: whoever listens is checked again before the next event. */
  accessChanged(): void
  /** Another number after every `accessChanged`. */
  accessVersion(): number
  /** Ends sockets that signed in with these token hashes (1.8). */
  tokensRemoved(hashes: readonly string[]): void
  onTokensRemoved(listener: (hashes: readonly string[]) => void): void
}

export const createEvents = (bus: Bus, store: Store): Events => {
  const tokenListeners: ((hashes: readonly string[]) => void)[] = []
  let version = 0
  const accessChanged = (): void => void (version += 1)
  const toUser = (uid: string, event: string, args: unknown[]): void =>
    bus.emit('notify-user', `${uid}/${event}`, args)
  return {
    bus,
    message: (message) => {
      if (message._hidden !== true) bus.emit('room-messages', message.rid, [message])
    },
    messageDeleted: (rid, id) => bus.emit('notify-room', `${rid}/deleteMessage`, [{ _id: id }]),
    messagesDeleted: (rid, what) => bus.emit('notify-room', `${rid}/deleteMessageBulk`, [what]),
    room: (room) => {
      const names = store.subscriptions.memberIds(room._id).map((uid) => `${uid}/rooms-changed`)
      bus.emitToMany('notify-user', names, ['updated', room])
    },
    roomRemoved: (uids, rid) => {
      const names = uids.map((uid) => `${uid}/rooms-changed`)
      bus.emitToMany('notify-user', names, ['removed', { _id: rid }])
    },
    roomInserted: (uid, room) => toUser(uid, 'rooms-changed', ['inserted', room]),
    subscription: (kind, subscription) => {
      // Somebody who is banned hears no more of the room; the end of it was told as its removal.
      if (subscription.status === 'BANNED') return
      const shown = publishedSubscription(subscription)
      toUser(subscription.u._id, 'subscriptions-changed', [kind, shown])
    },
    subscriptionRemoved: ({ _id, u, rid, t }) => {
      toUser(u._id, 'subscriptions-changed', ['removed', { _id, u, rid, t }])
      bus.silence('room-messages', rid, u._id)
      accessChanged()
    },
    ephemeral: (uid, rid, msg, now) =>
      toUser(uid, 'message', [
        {
          _id: randomId(),
          rid,
          groupable: false,
          u: { _id: 'rocket.cat', username: 'rocket.cat' },
          private: true,
          ts: now,
          _updatedAt: now,
          msg,
        },
      ]),
    notification: (uids, notification) => {
      const names = uids.map((uid) => `${uid}/notification`)
      bus.emitToMany('notify-user', names, [notification])
    },
    userData: (uid, diff) => {
      if (diff.roles !== undefined) accessChanged()
      toUser(uid, 'userData', [{ type: 'updated', id: uid, diff, unset: {} }])
    },
    roleChanged: (change) => bus.emit('notify-logged', 'roles-change', [change]),
    permissionChanged: (permission) => {
      accessChanged()
      bus.emit('notify-logged', 'permissions-changed', ['updated', permission])
    },
    inviteChanged: (uid, invite) => toUser(uid, 'updateInvites', [{ invite }]),
    settingChanged: (setting, isPublic) => {
      if (isPublic) bus.emit('notify-all', 'public-settings-changed', ['updated', setting])
      bus.emit('notify-logged', 'private-settings-changed', ['updated', setting])
    },
    userDeleted: (userId, messageErasureType) => {
      const told: Record<string, unknown> = { userId, messageErasureType }
      if (messageErasureType === 'Unlink') {
        const alias = 'Removed User'
        told.replaceByUser = { _id: 'rocket.cat', username: 'rocket.cat', alias }
      }
      bus.emit('notify-logged', 'Users:Deleted', [told])
    },
    avatarChanged: (what) => bus.emit('notify-logged', 'updateAvatar', [what]),
    emojiChanged: (event, emojiData) => bus.emit('notify-logged', event, [{ emojiData }]),
    nameChanged: (user) => bus.emit('notify-logged', 'Users:NameChanged', [user]),
    accessChanged,
    accessVersion: () => version,
    tokensRemoved: (hashes) => {
      if (hashes.length === 0) return
      store.driver.afterCommit(() => {
        for (const listener of tokenListeners) listener(hashes)
      })
    },
    onTokensRemoved: (listener) => void tokenListeners.push(listener),
  }
}
