import type { Calls, World } from './world'

type Family = { prefix: 'channels' | 'groups'; make: (world: World) => Promise<string> }

/** Calls that channels and groups have in common. */
const common = ({ prefix, make }: Family): Calls => {
  const list = (path: string, more = '') => [
    `GET ${prefix}.${path} 200`,
    async (w: World) => {
      const rid = await make(w)
      await w.message(rid)
      return w.ann.get(`${prefix}.${path}?roomId=${rid}${more}`)
    },
  ]
  const change = (path: string, body: (w: World) => object = () => ({})) => [
    `POST ${prefix}.${path} 200`,
    async (w: World) => w.ann.post(`${prefix}.${path}`, { roomId: await make(w), ...body(w) }),
  ]
  const bob = (w: World) => ({ userId: w.bob.userId })
  return Object.fromEntries([
    ...['counters', 'info', 'members', 'messages', 'moderators', 'roles'].map((path) => list(path)),
    list('history'),
    [`GET ${prefix}.info 400`, (w: World) => w.ann.get(`${prefix}.info?roomId=nowhere`)],
    [
      `GET ${prefix}.online 200`,
      async (w: World) => w.ann.get(`${prefix}.online?_id=${await make(w)}`),
    ],
    [`GET ${prefix}.online 400`, (w: World) => w.ann.get(`${prefix}.online`)],
    [
      `POST ${prefix}.addAll 200`,
      async (w: World) => w.admin.post(`${prefix}.addAll`, { roomId: await ofAdmin(w, prefix) }),
    ],
    ...['addLeader', 'addModerator', 'addOwner', 'kick'].map((path) => change(path, bob)),
    ...['Leader', 'Moderator', 'Owner'].map((role) => [
      `POST ${prefix}.remove${role} 200`,
      async (w: World) => {
        const target = { roomId: await make(w), ...bob(w) }
        await w.ann.post(`${prefix}.add${role}`, target)
        return w.ann.post(`${prefix}.remove${role}`, target)
      },
    ]),
    change('archive'),
    change('close'),
    [
      `POST ${prefix}.close 400`,
      (w: World) => w.ann.post(`${prefix}.close`, { roomId: 'nowhere' }),
    ],
    [`POST ${prefix}.create 200`, (w: World) => w.ann.post(`${prefix}.create`, { name: w.name() })],
    [
      `POST ${prefix}.create 400`,
      (w: World) => w.ann.post(`${prefix}.create`, { name: 'general' }),
    ],
    change('delete'),
    [
      `POST ${prefix}.invite 200`,
      async (w: World) => {
        const { userId } = await w.person()
        return w.ann.post(`${prefix}.invite`, { roomId: await make(w), userId })
      },
    ],
    [
      `POST ${prefix}.open 200`,
      async (w: World) => {
        const roomId = await make(w)
        await w.ann.post(`${prefix}.close`, { roomId })
        return w.ann.post(`${prefix}.open`, { roomId })
      },
    ],
    change('rename', (w) => ({ name: w.name() })),
    change('setAnnouncement', () => ({ announcement: 'news' })),
    change('setCustomFields', () => ({ customFields: { color: 'red' } })),
    [
      `POST ${prefix}.setCustomFields 400`,
      async (w: World) => w.ann.post(`${prefix}.setCustomFields`, { roomId: await make(w) }),
    ],
    change('setDescription', () => ({ description: 'about' })),
    change('setPurpose', () => ({ purpose: 'about' })),
    change('setReadOnly', () => ({ readOnly: true })),
    change('setTopic', () => ({ topic: 'this' })),
    [
      `POST ${prefix}.unarchive 200`,
      async (w: World) => {
        const roomId = await ofAdmin(w, prefix)
        await w.admin.post(`${prefix}.archive`, { roomId })
        return w.admin.post(`${prefix}.unarchive`, { roomId })
      },
    ],
  ]) as Calls
}

const ofAdmin = async (w: World, prefix: 'channels' | 'groups'): Promise<string> => {
  const { body } = await w.admin.post(`${prefix}.create`, { name: w.name() })
  const room = (prefix === 'channels' ? body.channel : body.group) as { _id: string }
  return room._id
}

const oldestFirst = `?count=1&sort=${encodeURIComponent('{"ts":1}')}`

export const namedRoomCalls: Calls = {
  ...common({ prefix: 'channels', make: (w) => w.channel() }),
  ...common({ prefix: 'groups', make: (w) => w.group() }),
  'GET channels.list 200': (w) => w.ann.get(`channels.list${oldestFirst}`),
  'GET channels.list.joined 200': async (w) => (await w.newcomer()).get('channels.list.joined'),
  'GET groups.list 200': async (w) => (await w.newcomer()).get('groups.list'),
  'GET groups.listAll 200': async (w) => {
    await w.group()
    return w.admin.get(`groups.listAll${oldestFirst}`)
  },
  'GET groups.listAll 403': (w) => w.ann.get('groups.listAll'),
  'POST channels.addModerator 400': async (w) =>
    w.ann.post('channels.addModerator', { roomId: await w.channel() }),
  'POST channels.removeModerator 400': async (w) =>
    w.ann.post('channels.removeModerator', { roomId: await w.channel() }),
  'POST channels.join 200': async (w) => {
    const newcomer = await w.person()
    return newcomer.post('channels.join', { roomId: await w.channel() })
  },
  'POST channels.join 400': (w) => w.ann.post('channels.join', { roomId: 'nowhere' }),
  'POST channels.leave 200': async (w) =>
    w.bob.post('channels.leave', { roomId: await w.channel() }),
  'POST channels.setDefault 200': async (w) =>
    w.admin.post('channels.setDefault', { roomId: await ofAdmin(w, 'channels'), default: true }),
  'POST channels.setJoinCode 200': async (w) =>
    w.ann.post('channels.setJoinCode', { roomId: await w.channel(), joinCode: '123' }),
  'POST groups.kick 400': async (w) =>
    w.ann.post('groups.kick', { roomId: await w.group(), userId: 'ghost' }),
  'POST groups.setType 200': async (w) =>
    w.ann.post('groups.setType', { roomId: await w.group(), type: 'c' }),
}
