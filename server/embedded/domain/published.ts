import type { App } from '../app'
import type { MessageDoc, SubscriptionDoc, UserDoc } from '../documents'

const subscriptionFields: readonly (keyof SubscriptionDoc)[] = [
  '_id',
  't',
  'ts',
  'ls',
  'lr',
  'name',
  'fname',
  'rid',
  'f',
  'u',
  'open',
  'alert',
  'roles',
  'unread',
  'prid',
  'userMentions',
  'groupMentions',
  'archived',
  'desktopNotifications',
  'desktopPrefOrigin',
  'mobilePushNotifications',
  'mobilePrefOrigin',
  'emailNotifications',
  'emailPrefOrigin',
  'audioNotificationValue',
  '_updatedAt',
  'blocked',
  'blocker',
  'disableNotifications',
  'hideUnreadStatus',
  'hideMentionStatus',
  'ignored',
  'muteGroupMentions',
  'tunread',
  'tunreadGroup',
  'tunreadUser',
  'customFields',
  'status',
  'inviter',
  'draft',
  'threadDrafts',
]

/** The fields of a subscription that are sent to clients (protocol reference 4.4). */
export const publishedSubscription = (subscription: SubscriptionDoc): Partial<SubscriptionDoc> => {
  const shown: Record<string, unknown> = {}
  for (const field of subscriptionFields) {
    if (subscription[field] !== undefined) shown[field] = subscription[field]
  }
  return shown
}

/** REST shows each caller only the own star of a message (2.3). */
export const messageFor = (message: MessageDoc, uid: string): MessageDoc => {
  if (message.starred === undefined) return message
  return { ...message, starred: message.starred.filter((star) => star._id === uid) }
}

/** What people may know of each other (4.5). */
export const publicUser = (app: App, user: UserDoc): Record<string, unknown> => {
  const card: Record<string, unknown> = {
    _id: user._id,
    username: user.username,
    name: user.name,
    status: app.presence.statusOf(user),
    statusText: user.statusText,
    active: user.active,
    type: user.type,
  }
  const optional = ['utcOffset', 'avatarETag', 'nickname', 'bio', 'customFields'] as const
  for (const field of optional) if (user[field] !== undefined) card[field] = user[field]
  return card
}

/** What administrators see beyond that. */
export const fullUser = (app: App, user: UserDoc): Record<string, unknown> => {
  const card = publicUser(app, user)
  Object.assign(card, { emails: user.emails, roles: user.roles, createdAt: user.createdAt })
  if (user.lastLogin !== undefined) card.lastLogin = user.lastLogin
  return card
}
