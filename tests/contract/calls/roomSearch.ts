import type { RestAnswer } from '../../unit/server/embedded/support'
import type { Calls, World } from './world'

const named = (name: string): string => `selector=${encodeURIComponent(JSON.stringify({ name }))}`

const own = 'rooms.autocomplete.channelAndPrivate'

/** An answer that the workspace gives only with a setting. */
const allowed = async (
  w: World,
  setting: string,
  call: () => Promise<RestAnswer>,
): Promise<RestAnswer> => {
  await w.admin.post(`settings/${setting}`, { value: true })
  const answer = await call()
  await w.admin.post(`settings/${setting}`, { value: false })
  return answer
}

const othersMessages = async (w: World): Promise<RestAnswer> => {
  const rid = await w.direct()
  await w.message(rid)
  return allowed(w, 'API_Enable_Direct_Message_History_EndPoint', () =>
    w.admin.get(`im.messages.others?roomId=${rid}`),
  )
}

/** Searches for rooms, lists of administrators, roles and permissions (protocol reference 3.7 and 3.11). */
export const roomSearchCalls: Calls = {
  'GET channels.anonymousread 200': (w) =>
    allowed(w, 'Accounts_AllowAnonymousRead', () =>
      w.anonymous.get('channels.anonymousread?roomId=GENERAL'),
    ),
  'GET channels.anonymousread 400': (w) => w.anonymous.get('channels.anonymousread?roomId=GENERAL'),
  'GET channels.getAllUserMentionsByChannel 200': async (w) =>
    w.ann.get(`channels.getAllUserMentionsByChannel?roomId=${await w.channel()}`),
  'GET im.messages.others 200': othersMessages,
  'GET im.messages.others 400': (w) => w.admin.get('im.messages.others?roomId=nowhere'),
  'GET im.messages.others 403': (w) => w.ann.get('im.messages.others?roomId=nowhere'),
  'GET rooms.adminRooms 200': (w) => w.admin.get('rooms.adminRooms?filter=general'),
  'GET rooms.adminRooms 400': (w) => w.ann.get('rooms.adminRooms'),
  'GET rooms.autocomplete.adminRooms 200': (w) =>
    w.admin.get(`rooms.autocomplete.adminRooms?${named('general')}`),
  'GET rooms.autocomplete.availableForTeams 200': async (w) => {
    await w.channel()
    return w.ann.get('rooms.autocomplete.availableForTeams?name=')
  },
  [`GET ${own} 200`]: async (w) => {
    await w.channel()
    return w.ann.get(`${own}?${named('')}`)
  },
  [`GET ${own} 400`]: (w) => w.ann.get(own),
  [`GET ${own}.withPagination 200`]: async (w) => {
    await w.channel()
    return w.ann.get(`${own}.withPagination?${named('')}`)
  },
  [`GET ${own}.withPagination 400`]: (w) => w.ann.get(`${own}.withPagination`),
  'POST groups.setEncrypted 200': async (w) => {
    const roomId = await w.group()
    return allowed(w, 'E2E_Enable', () =>
      w.ann.post('groups.setEncrypted', { roomId, encrypted: true }),
    )
  },
  'POST groups.setEncrypted 400': (w) => w.ann.post('groups.setEncrypted', {}),
  'POST permissions.update 200': (w) =>
    w.admin.post('permissions.update', {
      permissions: [{ _id: 'create-team', roles: ['admin', 'user'] }],
    }),
  'POST permissions.update 400': (w) =>
    w.admin.post('permissions.update', { permissions: [{ _id: 'fly', roles: ['user'] }] }),
  'POST roles.addUserToRole 200': async (w) => {
    const { username } = await w.person()
    return w.admin.post('roles.addUserToRole', { roleId: 'bot', username })
  },
  'POST roles.update 400': (w) => w.admin.post('roles.update', { roleId: 'bot', name: 'robot' }),
}
