import type { App } from '../app'
import type { MessageDoc, RoomDoc, SubscriptionDoc } from '../documents'
import type { DesktopNotification } from '../events/events'
import { audienceOf, type Audience } from './unread'

const notificationOf = (room: RoomDoc, message: MessageDoc): DesktopNotification => {
  const direct = room.t === 'd'
  const sender = message.u.name ?? message.u.username
  const payload: Record<string, unknown> = {
    _id: message._id,
    rid: message.rid,
    sender: message.u,
    type: room.t,
    message: { msg: message.msg },
  }
  payload.name = room.name ?? message.u.username
  if (message.tmid !== undefined) payload.tmid = message.tmid
  return {
    title: direct ? sender : `#${room.name ?? ''}`,
    text: direct ? message.msg : `${message.u.username}: ${message.msg}`,
    payload,
  }
}

const wants = (
  room: RoomDoc,
  message: MessageDoc,
  audience: Audience,
  member: SubscriptionDoc,
  preferred: unknown,
): boolean => {
  if (member.disableNotifications === true) return false
  const named = audience.named.has(member.u._id)
  if (message.tmid !== undefined && message.tshow !== true) {
    return named || member.tunread?.includes(message.tmid) === true
  }
  const level = member.desktopNotifications ?? preferred
  if (level === 'nothing') return false
  if (room.t === 'd' || named) return true
  if (audience.everybody && member.muteGroupMentions !== true) return true
  return level !== 'mentions'
}

/** Tells connected members of a new message, as their preferences say (protocol reference 2.6). */
export const notifyMembers = (app: App, room: RoomDoc, message: MessageDoc): void => {
  const audience = audienceOf(message)
  const wanting: string[] = []
  for (const member of app.store.subscriptions.shared(room._id)) {
    const uid = member.u._id
    if (member.status !== undefined) continue
    if (uid === message.u._id || !app.events.bus.heard('notify-user', `${uid}/notification`)) {
      continue
    }
    const user = app.store.users.get(uid)
    if (user === undefined || app.presence.statusOf(user) === 'busy') continue
    if (!app.presence.isConnected(uid)) continue
    const preferred = user.settings.preferences.desktopNotifications
    if (wants(room, message, audience, member, preferred)) {
      wanting.push(uid)
    }
  }
  if (wanting.length > 0) app.events.notification(wanting, notificationOf(room, message))
}
