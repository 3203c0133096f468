/**
 * Answers of Rocket.Chat's REST endpoints as they come, one type per endpoint. Nothing in them has been checked: a member
 * is `unknown` until a decoder of src/rocketchat has looked at it. Dates are ISO-8601 strings here and `{"$date": n}` on the
 * realtime connection (protocol reference 1.4); the decoders accept both.
 */

/** `subscriptions.get` and `rooms.get`: documents to replace, and `{_id, _deletedAt}` stubs (protocol reference 3.3). */
export type WireDelta = { update?: unknown; remove?: unknown }

/** `channels.history`, `groups.history`, `im.history`: newest first, no total (protocol reference 5.9). */
export type WireHistory = { messages?: unknown }

/** `chat.sendMessage` and `chat.getMessage`. */
export type WireMessageAnswer = { message?: unknown }

/**
 * `chat.syncMessages` in its cursor form: `updated` or `deleted`, ascending, and `cursor.next` as a string of epoch
 * milliseconds or null at the end (protocol reference 3.14).
 */
export type WireMessageSync = {
  result?: { updated?: unknown; deleted?: unknown; cursor?: { next?: unknown; previous?: unknown } }
}

/** `chat.syncThreadMessages`: documents to replace, and stubs of deleted ones (protocol reference 3.13). */
export type WireThreadSync = { messages?: { update?: unknown; remove?: unknown } }

/** `users.presence` (protocol reference 3.6). */
export type WirePresence = { users?: unknown; full?: unknown }

/** `me`: the own user document at the top level (protocol reference 4.5). */
export type WireMe = { _id?: unknown; username?: unknown; name?: unknown }
