import type { ReactionBody } from '../../../../../src/api/rest/chat'
import type { RestApi } from '../../../../../src/api/rest/restApi'
import type { FakeChat, Wire, WireMessage } from './fakeChat'
import { networkError, refusal } from './refusals'

/** A `FakeChat`'s REST as one person's client sees it. */
export function createFakeRest(chat: FakeChat, userId: () => string): RestApi {
  const run = async (name: string, args: readonly unknown[], answer: () => unknown) => {
    const call = { userId: userId(), name, args }
    chat.calls.push(call)
    const { refuse, before, after, lose } = chat.intercept(call)
    if (refuse) throw refuse
    await before
    const result = structuredClone(answer())
    await after
    if (lose) throw networkError()
    return result as never
  }
  function subscriptionsOf(userId: string, since = 0) {
    const update = chat.subscriptions.filter(
      (one) => one.userId === userId && one._updatedAt > since,
    )
    return { update, remove: chat.removedSubscriptions.filter((one) => one._deletedAt > since) }
  }

  function roomsOf(userId: string, since = 0) {
    const docs = [...chat.rooms.values()].filter(({ members }) => members.includes(userId))
    const update = docs.map(({ doc }) => doc).filter((doc) => Number(doc._updatedAt) > since)
    return { update, remove: [] }
  }

  function read(userId: string, roomId: string): void {
    const fields = { alert: false, unread: 0, userMentions: 0, groupMentions: 0, ls: chat.now() }
    chat.updateSubscription(chat.subscriptionOf(userId, roomId), fields)
  }

  function history(roomId: string, query: { latest?: number | undefined; count: number }) {
    const latest = query.latest ?? Number.POSITIVE_INFINITY
    const found = chat.messagesOf(roomId).filter(({ ts }) => ts <= latest)
    return { messages: found.slice(-query.count).reverse() }
  }

  function find(id: string): WireMessage {
    for (const { messages } of chat.rooms.values()) {
      const message = messages.get(id)
      if (message) return message
    }
    throw refusal(400, 'http-400')
  }

  function ownMessage(userId: string, id: string): void {
    if ((find(id).u as Wire)._id !== userId) throw refusal(400, 'error-action-not-allowed')
  }

  /** As the server does it: a reaction that is there already, or already gone, changes nothing. */
  function react(userId: string, reaction: ReactionBody): void {
    const { emoji, messageId, shouldReact } = reaction
    const message = find(messageId)
    const reactions = { ...(message.reactions as Record<string, { usernames: string[] }>) }
    const names = reactions[emoji]?.usernames ?? []
    if (names.includes(userId) === shouldReact) return
    const usernames = shouldReact ? [...names, userId] : names.filter((name) => name !== userId)
    if (usernames.length > 0) reactions[emoji] = { usernames }
    else Reflect.deleteProperty(reactions, emoji)
    const at = chat.now()
    const next = { ...message, reactions, _updatedAt: at }
    chat.room(message.rid).messages.set(messageId, next)
    chat.tellRoom(message.rid, 'stream-room-messages', message.rid, [next])
  }

  function syncThread(threadId: string, since: number) {
    const all = [...chat.rooms.values()].flatMap(({ messages }) => [...messages.values()])
    const update = all.filter((one) => one.tmid === threadId && Number(one._updatedAt) > since)
    return { messages: { update, remove: [] } }
  }

  function around(roomId: string, id: string, limit: number) {
    const all = chat.messagesOf(roomId)
    const at = all.findIndex(({ _id }) => _id === id)
    if (at < 0) return false
    const from = Math.max(0, at - Math.floor(limit / 2))
    const messages = all.slice(from, from + limit)
    return { messages, moreBefore: from > 0, moreAfter: from + limit < all.length }
  }

  return {
    subscriptions: {
      get: (since) => run('subscriptions.get', [since], () => subscriptionsOf(userId(), since)),
      read: (roomId) => run('subscriptions.read', [roomId], () => read(userId(), roomId)),
    },
    rooms: { get: (since) => run('rooms.get', [since], () => roomsOf(userId(), since)) },
    history: {
      load: (kind, roomId, query) =>
        run('history.load', [kind, roomId, query], () => history(roomId, query)),
    },
    chat: {
      sendMessage: (message) =>
        run('chat.sendMessage', [message], () => ({
          message: chat.post(userId(), message.roomId, message.text, { _id: message.id }),
        })),
      getMessage: (id) => run('chat.getMessage', [id], () => ({ message: find(id) })),
      syncMessages: (roomId, type, next) =>
        run('chat.syncMessages', [roomId, type, next], () => chat.sync(roomId, type, next)),
      update: (roomId, id, text) =>
        run('chat.update', [roomId, id, text], () => {
          ownMessage(userId(), id)
          chat.edit(roomId, id, { msg: text })
          return { message: find(id) }
        }),
      delete: (roomId, id) =>
        run('chat.delete', [roomId, id], () => {
          ownMessage(userId(), id)
          chat.remove(roomId, id)
        }),
      react: (reaction) => run('chat.react', [reaction], () => react(userId(), reaction)),
      syncThreadMessages: (threadId, since) =>
        run('chat.syncThreadMessages', [threadId, since], () => syncThread(threadId, since)),
    },
    methodCalls: {
      loadNextMessages: (roomId, from, limit) =>
        run('loadNextMessages', [roomId, from, limit], () => ({
          messages: chat
            .messagesOf(roomId)
            .filter(({ ts }) => ts > from)
            .slice(0, limit),
        })),
      loadSurroundingMessages: (roomId, id, limit) =>
        run('loadSurroundingMessages', [roomId, id, limit], () => around(roomId, id, limit)),
    },
    users: {
      me: () => run('users.me', [], () => ({})),
      presence: (userIds) =>
        run('users.presence', [userIds], () => ({
          users: userIds
            .filter((id) => chat.statuses.has(id))
            .map((id) => ({ _id: id, username: id, status: chat.statuses.get(id) })),
          full: false,
        })),
    },
  }
}
