import type { RestAnswer } from '../../unit/server/embedded/support'
import type { Calls, World } from './world'

/** A call about a new message of ann in a new channel. */
const about =
  (path: string, more: object = {}, prepare?: string) =>
  async (w: World): Promise<RestAnswer> => {
    const messageId = await w.message(await w.channel())
    if (prepare !== undefined) await w.ann.post(prepare, { messageId })
    return w.ann.post(path, { messageId, ...more })
  }

/** The same by somebody who may not. */
const byOthers =
  (path: string) =>
  async (w: World): Promise<RestAnswer> =>
    w.bob.post(path, { messageId: await w.message(await w.channel()) })

const withoutStars =
  (path: string) =>
  async (w: World): Promise<RestAnswer> => {
    const allow = (value: boolean) => w.admin.post('settings/Message_AllowStarring', { value })
    await allow(false)
    try {
      return await about(path)(w)
    } finally {
      await allow(true)
    }
  }

const aboutThread =
  (path: string) =>
  async (w: World): Promise<RestAnswer> => {
    const { root } = await w.thread()
    return w.ann.post(path, { mid: root })
  }

/** A list of messages of a new channel that has a message, a thread and whatever `prepare` makes of them. */
const listOf =
  (path: string, prepare: (w: World, id: string, rid: string) => Promise<unknown>) =>
  async (w: World): Promise<RestAnswer> => {
    const rid = await w.channel()
    await prepare(w, await w.message(rid), rid)
    return w.ann.get(`${path}?roomId=${rid}`)
  }

const bare = (path: string) => (w: World) => w.ann.get(path)
const empty = (path: string) => (w: World) => w.ann.post(path, {})
const since = '1970-01-02T00:00:00.000Z'

export const messageCalls: Calls = {
  'GET chat.getDeletedMessages 200': async (w) => {
    const rid = await w.channel()
    const msgId = await w.message(rid)
    await w.ann.post('chat.delete', { roomId: rid, msgId })
    return w.ann.get(`chat.getDeletedMessages?roomId=${rid}&since=${since}`)
  },
  'GET chat.getDeletedMessages 400': bare('chat.getDeletedMessages'),
  'GET chat.getDiscussions 200': async (w) => {
    const prid = await w.channel()
    await w.ann.post('rooms.createDiscussion', { prid, t_name: w.name() })
    return w.ann.get(`chat.getDiscussions?roomId=${prid}`)
  },
  'GET chat.getDiscussions 400': bare('chat.getDiscussions'),
  'GET chat.getMentionedMessages 200': listOf('chat.getMentionedMessages', (w, _id, rid) =>
    w.bob.post('chat.sendMessage', { message: { rid, msg: 'hi @ann' } }),
  ),
  'GET chat.getMentionedMessages 400': bare('chat.getMentionedMessages'),
  'GET chat.getMessage 200': async (w) =>
    w.ann.get(
      `chat.getMessage?msgId=${await w.message(await w.channel(), { msg: 'hi https://example.com' })}`,
    ),
  'GET chat.getMessageReadReceipts 400': bare('chat.getMessageReadReceipts?messageId=none'),
  'GET chat.getPinnedMessages 200': listOf('chat.getPinnedMessages', (w, messageId) =>
    w.ann.post('chat.pinMessage', { messageId }),
  ),
  'GET chat.getPinnedMessages 400': bare('chat.getPinnedMessages'),
  'GET chat.getStarredMessages 200': listOf('chat.getStarredMessages', (w, messageId) =>
    w.ann.post('chat.starMessage', { messageId }),
  ),
  'GET chat.getStarredMessages 400': bare('chat.getStarredMessages'),
  'GET chat.getThreadMessages 200': async (w) =>
    w.ann.get(`chat.getThreadMessages?tmid=${(await w.thread()).root}`),
  'GET chat.getThreadMessages 400': bare('chat.getThreadMessages'),
  'GET chat.getThreadsList 200': async (w) =>
    w.ann.get(`chat.getThreadsList?rid=${(await w.thread()).rid}`),
  'GET chat.getThreadsList 400': bare('chat.getThreadsList'),
  'GET chat.syncThreadMessages 200': async (w) =>
    w.ann.get(`chat.syncThreadMessages?tmid=${(await w.thread()).root}&updatedSince=${since}`),
  'GET chat.syncThreadMessages 400': bare('chat.syncThreadMessages'),
  'GET chat.syncThreadsList 200': async (w) =>
    w.ann.get(`chat.syncThreadsList?rid=${(await w.thread()).rid}&updatedSince=${since}`),
  'GET chat.syncThreadsList 400': bare('chat.syncThreadsList'),
  'GET chat.ignoreUser 400': bare('chat.ignoreUser?rid=nowhere&userId=nobody&ignore=true'),
  'GET chat.search 200': async (w) => {
    const rid = await w.channel()
    await w.message(rid, { msg: 'needle' })
    return w.ann.get(`chat.search?roomId=${rid}&searchText=needle`)
  },
  'POST chat.delete 200': async (w) => {
    const rid = await w.channel()
    return w.ann.post('chat.delete', { roomId: rid, msgId: await w.message(rid) })
  },
  'POST chat.followMessage 200': aboutThread('chat.followMessage'),
  'POST chat.followMessage 400': (w) => w.ann.post('chat.followMessage', { mid: 'unknown' }),
  'POST chat.unfollowMessage 200': aboutThread('chat.unfollowMessage'),
  'POST chat.unfollowMessage 400': (w) => w.ann.post('chat.unfollowMessage', { mid: 'unknown' }),
  'POST chat.pinMessage 200': about('chat.pinMessage'),
  'POST chat.pinMessage 400': byOthers('chat.pinMessage'),
  'POST chat.unPinMessage 200': about('chat.unPinMessage', {}, 'chat.pinMessage'),
  'POST chat.unPinMessage 400': byOthers('chat.unPinMessage'),
  'POST chat.starMessage 200': about('chat.starMessage'),
  'POST chat.starMessage 400': withoutStars('chat.starMessage'),
  'POST chat.unStarMessage 200': about('chat.unStarMessage', {}, 'chat.starMessage'),
  'POST chat.unStarMessage 400': withoutStars('chat.unStarMessage'),
  'POST chat.postMessage 200': async (w) =>
    w.ann.post('chat.postMessage', { roomId: await w.channel(), text: 'hello' }),
  'POST chat.postMessage 400': (w) => w.ann.post('chat.postMessage', { channel: '#nowhere' }),
  'POST chat.react 200': about('chat.react', { emoji: ':smile:' }),
  'POST chat.reportMessage 200': about('chat.reportMessage', { description: 'rude' }),
  'POST chat.reportMessage 400': empty('chat.reportMessage'),
  'POST chat.sendMessage 200': async (w) =>
    w.ann.post('chat.sendMessage', { message: { rid: await w.channel(), msg: 'hello' } }),
  'POST chat.sendMessage 400': (w) => w.ann.post('chat.sendMessage', { message: { msg: 'x' } }),
  'POST chat.update 200': async (w) => {
    const roomId = await w.channel()
    return w.ann.post('chat.update', { roomId, msgId: await w.message(roomId), text: 'new' })
  },
}
