import type { App } from '../app'
import type { MessageDoc, NotificationLevel, RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { changeSubscription } from './changes'

/** @throws MeteorError `error-invalid-subscription` for who is not a member. */
export const subscriptionOrRefuse = (
  app: App,
  rid: string,
  user: UserDoc,
  method: string,
): SubscriptionDoc => {
  const subscription = app.store.subscriptions.get(rid, user._id)
  if (subscription === undefined || subscription.status === 'BANNED') {
    throw new MeteorError('error-invalid-subscription', 'Invalid subscription', { method })
  }
  return subscription
}

const change = (
  app: App,
  before: SubscriptionDoc,
  alter: (draft: SubscriptionDoc) => void,
): SubscriptionDoc => app.store.write(() => changeSubscription(app, before, alter))

/** Shows a room in the list or hides it; nothing happens when it is so already. */
export const showRoom = (app: App, before: SubscriptionDoc, open: boolean): void => {
  if (before.open === open) return
  change(app, before, (draft) => {
    draft.open = open
    if (!open) draft.alert = false
  })
}

export const favourite = (app: App, before: SubscriptionDoc, favorite: boolean): void => {
  change(app, before, (draft) => {
    draft.f = favorite
  })
}

type Choice = NotificationLevel | 'default'

/** The notification form of a room; the wire's values are texts (protocol reference 3.11). */
export type NotificationForm = {
  disableNotifications?: '0' | '1'
  muteGroupMentions?: '0' | '1'
  hideUnreadStatus?: '0' | '1'
  hideMentionStatus?: '0' | '1'
  desktopNotifications?: Choice
  mobilePushNotifications?: Choice
  emailNotifications?: Choice
  audioNotificationValue?: string
}

const flags = [
  'disableNotifications',
  'muteGroupMentions',
  'hideUnreadStatus',
  'hideMentionStatus',
] as const

type Level = {
  field: 'desktopNotifications' | 'mobilePushNotifications' | 'emailNotifications'
  set: (draft: SubscriptionDoc, value: NotificationLevel) => void
  clear: (draft: SubscriptionDoc) => void
}

/** Each choice keeps beside it where it came from (4.4). */
const levels: readonly Level[] = [
  {
    field: 'desktopNotifications',
    set: (draft, value) =>
      Object.assign(draft, { desktopNotifications: value, desktopPrefOrigin: 'subscription' }),
    clear: (draft) => {
      delete draft.desktopNotifications
      delete draft.desktopPrefOrigin
    },
  },
  {
    field: 'mobilePushNotifications',
    set: (draft, value) =>
      Object.assign(draft, { mobilePushNotifications: value, mobilePrefOrigin: 'subscription' }),
    clear: (draft) => {
      delete draft.mobilePushNotifications
      delete draft.mobilePrefOrigin
    },
  },
  {
    field: 'emailNotifications',
    set: (draft, value) =>
      Object.assign(draft, { emailNotifications: value, emailPrefOrigin: 'subscription' }),
    clear: (draft) => {
      delete draft.emailNotifications
      delete draft.emailPrefOrigin
    },
  },
]

/** `default` clears a choice, so that the person's own preference counts again. */
export const saveNotifications = (
  app: App,
  before: SubscriptionDoc,
  form: NotificationForm,
): void => {
  change(app, before, (draft) => {
    for (const field of flags) {
      if (form[field] !== undefined) draft[field] = form[field] === '1'
    }
    for (const { field, set, clear } of levels) {
      const value = form[field]
      if (value === 'default') clear(draft)
      else if (value !== undefined) set(draft, value)
    }
    if (form.audioNotificationValue !== undefined) {
      draft.audioNotificationValue = form.audioNotificationValue
    }
  })
}

const unreadFrom = (app: App, user: UserDoc, message: MessageDoc | undefined): void => {
  const method = 'unreadMessages'
  if (message === undefined) {
    const text = 'There are no messages to mark unread'
    throw new MeteorError('error-no-message-for-unread', text, {
      method,
      action: 'Unread_messages',
    })
  }
  if (message.u._id === user._id) {
    throw new MeteorError('error-action-not-allowed', 'Not allowed', {
      method,
      action: 'Unread_messages',
    })
  }
  const before = subscriptionOrRefuse(app, message.rid, user, method)
  // Everything from that message on is unread already.
  if (before.ls === undefined || before.ls < message.ts) return
  change(app, before, (draft) => {
    Object.assign(draft, { open: true, alert: true, unread: 1 })
    draft.ls = new Date(message.ts.getTime() - 1)
  })
}

/**
 * Marks a room as unread from its newest message of somebody else on (protocol reference 5.6).
 * @throws MeteorError `error-no-message-for-unread`, `error-invalid-subscription`.
 */
export const markRoomUnread = (app: App, rid: string, user: UserDoc): void => {
  subscriptionOrRefuse(app, rid, user, 'unreadMessages')
  unreadFrom(app, user, app.store.messages.lastOfOthers(rid, user._id))
}

/**
 * Marks a room as unread from one message on.
 * @throws MeteorError `error-no-message-for-unread`, `error-action-not-allowed` for an own one, `error-invalid-subscription`.
 */
export const markUnreadFrom = (app: App, messageId: string, user: UserDoc): void =>
  unreadFrom(app, user, app.store.messages.get(messageId))

/**
 * Blocks the other person of a direct conversation or ends that: neither side can write meanwhile (5.1, step 5).
 * @throws MeteorError `error-invalid-room` unless it is a conversation of two people with the user.
 */
export const blockUser = (app: App, room: RoomDoc, user: UserDoc, block: boolean): void => {
  const other = room.uids?.find((uid) => uid !== user._id)
  const mine = app.store.subscriptions.get(room._id, user._id)
  const theirs = other === undefined ? undefined : app.store.subscriptions.get(room._id, other)
  const ofTwo = room.t === 'd' && room.uids?.length === 2
  if (!ofTwo || mine === undefined || theirs === undefined) {
    throw new MeteorError('error-invalid-room', 'Invalid room', { method: 'blockUser' })
  }
  app.store.write(() => {
    changeSubscription(app, mine, (draft) => {
      if (block) draft.blocker = true
      else delete draft.blocker
    })
    changeSubscription(app, theirs, (draft) => {
      if (block) draft.blocked = true
      else delete draft.blocked
    })
  })
}

export type Counters = {
  joined: boolean
  members: number | null
  unreads: number | null
  unreadsFrom: Date | null
  msgs: number | null
  latest: Date | null
  userMentions: number | null
}

/** What a member has not seen of a room; nulls for who is not a member (protocol reference 3.8). */
export const countersOf = (app: App, room: RoomDoc, uid: string): Counters => {
  const subscription = app.store.subscriptions.get(room._id, uid)
  if (subscription === undefined || subscription.status !== undefined) {
    return {
      joined: false,
      members: null,
      unreads: null,
      unreadsFrom: null,
      msgs: null,
      latest: null,
      userMentions: null,
    }
  }
  const unreadsFrom = subscription.ls ?? subscription.ts
  return {
    joined: true,
    members: room.usersCount,
    unreads: app.store.messages.countOfOthers(room._id, uid, unreadsFrom.getTime()),
    unreadsFrom,
    msgs: room.msgs,
    latest: room.lm ?? room.ts,
    userMentions: subscription.userMentions,
  }
}
