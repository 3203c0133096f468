import type { Calls } from './world'

const dates = { latest: '2000-01-02T00:00:00.000Z', oldest: '2000-01-01T00:00:00.000Z' }

export const roomCalls: Calls = {
  'GET im.counters 200': async (w) => w.ann.get(`im.counters?roomId=${await w.direct()}`),
  'GET im.history 200': async (w) => {
    const rid = await w.direct()
    await w.message(rid)
    return w.ann.get(`im.history?roomId=${rid}`)
  },
  'GET im.list 200': async (w) => (await w.newcomer()).get('im.list'),
  'GET im.list.everyone 200': (w) => w.admin.get('im.list.everyone?count=1'),
  'GET im.members 200': async (w) => w.ann.get(`im.members?roomId=${await w.direct()}`),
  'GET im.messages 200': async (w) => w.ann.get(`im.messages?roomId=${await w.direct()}`),
  'POST im.close 200': async (w) => w.ann.post('im.close', { roomId: await w.direct() }),
  'POST im.create 200': (w) => w.ann.post('im.create', { username: 'bob' }),
  'POST dm.create 200': (w) => w.ann.post('dm.create', { username: 'bob' }),
  'POST im.delete 200': async (w) => {
    const other = await w.person()
    const { body } = await w.admin.post('im.create', { username: other.username })
    const { rid } = body.room as { rid: string }
    return w.admin.post('im.delete', { roomId: rid })
  },
  'POST im.delete 400': async (w) => w.ann.post('im.delete', { roomId: await w.direct() }),
  'POST im.open 200': async (w) => w.ann.post('im.open', { roomId: await w.direct() }),
  'POST im.open 403': (w) => w.ann.post('im.open', { roomId: 'nowhere' }),
  'POST im.setTopic 200': async (w) => {
    const { body } = await w.admin.post('im.create', { username: 'bob' })
    const { rid } = body.room as { rid: string }
    return w.admin.post('im.setTopic', { roomId: rid, topic: 'us' })
  },
  'GET rooms.get 200': async (w) => (await w.newcomer()).get('rooms.get'),
  'GET rooms.getDiscussions 200': async (w) => {
    const prid = await w.channel()
    await w.ann.post('rooms.createDiscussion', { prid, t_name: w.name() })
    return w.ann.get(`rooms.getDiscussions?roomId=${prid}`)
  },
  'GET rooms.getDiscussions 400': (w) => w.ann.get('rooms.getDiscussions'),
  'GET rooms.info 200': async (w) => w.ann.get(`rooms.info?roomId=${await w.channel()}`),
  'GET rooms.nameExists 200': (w) => w.ann.get('rooms.nameExists?roomName=general'),
  'GET rooms.nameExists 400': (w) => w.ann.get('rooms.nameExists'),
  'GET rooms.nameExists 401': (w) => w.anonymous.get('rooms.nameExists?roomName=general'),
  'POST rooms.cleanHistory 200': async (w) =>
    w.admin.post('rooms.cleanHistory', { roomId: await w.channel(), ...dates }),
  'POST rooms.cleanHistory 400': async (w) =>
    w.ann.post('rooms.cleanHistory', { roomId: await w.channel(), ...dates }),
  'POST rooms.createDiscussion 200': async (w) =>
    w.ann.post('rooms.createDiscussion', { prid: await w.channel(), t_name: w.name() }),
  'POST rooms.createDiscussion 400': (w) => w.ann.post('rooms.createDiscussion', {}),
  'POST rooms.delete 200': async (w) => w.ann.post('rooms.delete', { roomId: await w.channel() }),
  'POST rooms.delete 400': (w) => w.ann.post('rooms.delete', {}),
  'POST rooms.favorite 200': async (w) =>
    w.ann.post('rooms.favorite', { roomId: await w.channel(), favorite: true }),
  'POST rooms.favorite 400': (w) => w.ann.post('rooms.favorite', { roomId: 'x', favorite: true }),
  'POST rooms.leave 200': async (w) => w.bob.post('rooms.leave', { roomId: await w.channel() }),
  'POST rooms.leave 400': async (w) => w.ann.post('rooms.leave', { roomId: await w.channel() }),
  'POST rooms.saveNotification 200': async (w) =>
    w.ann.post('rooms.saveNotification', {
      roomId: await w.channel(),
      notifications: { disableNotifications: '1' },
    }),
  'POST rooms.saveRoomSettings 200': async (w) =>
    w.ann.post('rooms.saveRoomSettings', { rid: await w.channel(), roomTopic: 'this' }),
  'GET subscriptions.get 200': async (w) => (await w.newcomer()).get('subscriptions.get'),
  'GET subscriptions.getOne 200': async (w) =>
    w.ann.get(`subscriptions.getOne?roomId=${await w.channel()}`),
  'POST subscriptions.read 200': async (w) =>
    w.ann.post('subscriptions.read', { rid: await w.channel() }),
  'POST subscriptions.read 400': (w) => w.ann.post('subscriptions.read', { rid: 'nowhere' }),
  'POST subscriptions.unread 200': async (w) => {
    const roomId = await w.channel()
    await w.message(roomId)
    return w.bob.post('subscriptions.unread', { roomId })
  },
  'POST subscriptions.unread 400': (w) => w.ann.post('subscriptions.unread', {}),
}
