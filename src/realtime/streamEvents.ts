/**
 * What a full client subscribes to (protocol reference 2.9). One list for both ways of authentication: the client's own DDP
 * socket and the one that the gateway holds for it, so that every screen gets the same events.
 */

/** Of `stream-notify-user`, each behind `<uid>/`. */
export const userEvents = [
  'subscriptions-changed',
  'rooms-changed',
  'message',
  'notification',
  'force_logout',
] as const

/** Of `stream-notify-room`, each behind `<rid>/`, beside `stream-room-messages`. */
export const roomEvents = ['user-activity', 'deleteMessage', 'deleteMessageBulk'] as const

/** Statuses of the people who are watched; its event names are user ids (protocol reference 2.5). */
export const presenceStream = 'stream-user-presence'
