import type { Client } from './client'
import type { WireMessage } from './fakeChat'
import { rooms, type Device, type World } from './randomWorld'

/** After so long without a fault the screen must be complete, in milliseconds. */
const calmMs = 15_000
/** What is younger may still be on its way. */
const freshMs = 1_000

/** What must be true at every moment, whatever has happened. */
export function checkAlways(world: World): void {
  for (const device of world.devices) {
    checkRows(world, device.client)
    checkList(world, device.client)
    checkScreen(world, device)
  }
}

function timeOf({ times }: World, id: string): number | undefined {
  return times.get(id)
}

/** The server has it, and this client knows. */
export function isStored({ times }: World, { outbox }: Client, id: string): boolean {
  return times.has(id) && outbox.find(id) === undefined
}

/** Each message once, in the order of the server's times, unsent ones at the end, and a gap only where something is newer. */
function checkRows(world: World, client: Client): void {
  const rows = client.rows()
  const ids = rows.map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new Error(`${twice} is shown twice`)
  // What the server has and waits for a change is in its place among the others, or at their end like what is not sent.
  const settled = rows.map(({ state }) => state).lastIndexOf('')
  let last = -Infinity
  for (const id of ids.slice(0, settled + 1)) {
    const at = timeOf(world, id)
    if (at === undefined) throw new Error(`${id} was never stored`)
    if (at <= last) throw new Error(`${id} stands in the wrong place`)
    last = at
  }
  for (const id of ids.slice(settled + 1)) {
    if (!world.sent.has(id) && timeOf(world, id) === undefined)
      throw new Error(`${id} was never sent`)
  }
  if (client.chat.chunks[0]?.hasGap) throw new Error('there is a gap after the newest message')
}

/** Each conversation once, by activity, and each counter as the history says that it was in that version. */
function checkList({ unread }: World, client: Client): void {
  const { chat } = client
  const ids = chat.channels.map(({ id }) => id)
  if (new Set(ids).size !== ids.length) throw new Error('a conversation is listed twice')
  const times = chat.channels.map(({ activityAt }) => activityAt)
  if (times.some((at, index) => at > (times[index - 1] ?? Infinity))) {
    throw new Error('the list is in the wrong order')
  }
  for (const roomId of rooms) {
    const subscription = chat.subscription(roomId)
    if (!subscription) continue
    const expected = unread.get(`${subscription.id}@${subscription.updatedAt}`)
    if (subscription.unread !== expected) {
      throw new Error(`${roomId} counts ${subscription.unread} unread, not ${expected}`)
    }
  }
}

/** While nothing goes wrong, what is shown without a gap lacks nothing and has nothing too much. */
function checkScreen(world: World, { client, disturbedAt }: Device): void {
  const { chat, feed, realtime } = client
  const now = world.clock.now()
  const roomId = chat.currentChannel?.id
  if (!roomId || realtime.state !== 'live' || feed.lineState !== 'live') return
  if (now - disturbedAt < calmMs || chat.historyState === 'failed') return
  const newest = []
  for (const { rows, hasGap } of chat.chunks) {
    if (hasGap) break
    newest.unshift(...rows)
  }
  const changing = new Set(chat.pendingOperations(roomId).map(({ messageId }) => messageId))
  const settled = (message: WireMessage): boolean =>
    !changing.has(message._id) && Number(message._updatedAt) < now - freshMs
  const drawn = newest.filter(({ kind, id }) => kind !== 'gone' && isStored(world, client, id))
  const [first, last] = [drawn[0], drawn[drawn.length - 1]]
  if (!first || !last) return
  const [from, to] = [timeOf(world, first.id)!, timeOf(world, last.id)!]
  const shown = new Map(drawn.map(({ id, text }) => [id, text]))
  const due = world.server
    .messagesOf(roomId)
    .filter((message) => message.ts >= from && message.ts <= to && settled(message))
  // Kept back while the reader is away may also be what was posted just before an own message was confirmed (`HeldRows`).
  const absent = due.filter(({ _id }) => !shown.has(_id))
  if (absent.length > chat.heldCount) {
    throw new Error(`${absent.map(({ _id }) => _id).join(', ')} should be shown`)
  }
  for (const { _id, msg } of due) {
    const text = shown.get(_id)
    if (text !== undefined && text !== msg)
      throw new Error(`${_id} is shown as ${text}, not ${msg}`)
  }
  for (const { id } of drawn) {
    const deletedAt = world.deletions.get(id)
    if (deletedAt !== undefined && deletedAt < now - freshMs && !changing.has(id)) {
      throw new Error(`${id} is shown although it was deleted`)
    }
  }
}

/** Whatever was sent was stored exactly once, unless its author took it back in time. */
export function checkSent({ sent, stored }: World): void {
  for (const [id, { isDeleted }] of sent) {
    const count = stored.get(id) ?? 0
    if (count > 1 || (count === 0 && !isDeleted)) throw new Error(`${id} was stored ${count} times`)
  }
}

/** The open room and the list are what the server has. */
export function checkEqual(world: World, client: Client): void {
  const { server } = world
  const { chat, feed, outbox, session } = client
  const userId = session.user!.id
  const roomId = chat.currentChannel!.id
  const expected = server.messagesOf(roomId).map(({ _id, msg }) => `${_id} ${msg}`)
  expect(client.rows().map(({ id, text }) => `${id} ${text}`)).toEqual(expected)
  expect(client.rows().every(({ state }) => state === '')).toBe(true)
  expect([outbox.entries, chat.pendingOperations(roomId), feed.lineState]).toEqual([[], [], 'live'])
  const list = rooms
    .filter((id) => server.room(id).members.includes(userId))
    .sort((a, b) => Number(server.room(b).doc.lm ?? 0) - Number(server.room(a).doc.lm ?? 0))
    .map((id) => {
      const unread = Number(server.subscriptionOf(userId, id).unread)
      return unread === 0 ? id : `${id}:${unread}`
    })
  expect(client.list()).toEqual(list)
  expect(server.subscriptionOf(userId, roomId).unread).toBe(0)
}

/** What the device keeps of a room is the end of what the server has. Gives the number of rooms that are kept. */
export async function checkKept({ server }: World, client: Client): Promise<number> {
  let count = 0
  for (const roomId of rooms) {
    const kept = await client.cache.load(roomId)
    if (!kept) continue
    count += 1
    const all = server.messagesOf(roomId)
    const expected = kept.hasOldest ? all : all.slice(-kept.messages.length)
    expect(kept.messages.map(({ id, text, reactions = [] }) => [id, text, reactions])).toEqual(
      expected.map(({ _id, msg, reactions = {} }) => [
        _id,
        msg,
        Object.entries(reactions as Record<string, { usernames: string[] }>).map(
          ([emoji, { usernames }]) => ({ emoji, usernames }),
        ),
      ]),
    )
  }
  return count
}
