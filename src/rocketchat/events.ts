import type { Message, PresenceStatus, Room, Subscription } from './types'

/** Everything that the realtime connection can tell. Both ways of authentication end in these. */
export type DomainEvent =
  /** A message is new or has changed in any way: the whole document, to be upserted by id. */
  | { type: 'message'; message: Message }
  | { type: 'messageDeleted'; roomId: string; messageId: string }
  | {
      type: 'messagesPruned'
      roomId: string
      /** The messages, where the server names them; otherwise all of `users` between the times. */
      ids: readonly string[] | undefined
      /** Exclusive bounds of `sentAt`. */
      after: number
      before: number
      /** Usernames; empty means everybody. */
      users: readonly string[]
      /**
       * False when the server spared some (pinned ones, discussions) or removed files only, which cannot be told from here:
       * the room has to be synced instead of pruned.
       */
      isExact: boolean
    }
  | { type: 'subscription'; subscription: Subscription }
  | { type: 'subscriptionRemoved'; roomId: string }
  | { type: 'room'; room: Room }
  | { type: 'roomRemoved'; roomId: string }
  /** `names` is not a list of all: one person started (`isTyping`) or stopped. */
  | { type: 'typing'; roomId: string; name: string; isTyping: boolean; threadId: string }
  | { type: 'presence'; userId: string; status: PresenceStatus }
  /** Only for this user, never stored by the server ("only you can see this"). */
  | { type: 'ephemeral'; message: Message }
  | { type: 'notification'; roomId: string; title: string; text: string }
  | { type: 'forceLogout' }
