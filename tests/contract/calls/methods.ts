import type { RestAnswer, RestClient } from '../../unit/server/embedded/support'
import type { Calls, World } from './world'

const call = (client: RestClient, method: string, ...params: unknown[]): Promise<RestAnswer> =>
  client.post(`method.call/${method.replace('/', ':')}`, {
    message: JSON.stringify({ msg: 'method', id: '1', method, params }),
  })

/** The same method by somebody who is not signed in. */
const stranger = (method: string) => [
  `POST method.call/${method.replace('/', ':')} 401`,
  (w: World) => call(w.anonymous, method),
]

export const methodCalls: Calls = {
  ...(Object.fromEntries(
    [
      'addUsersToRoom',
      'getMessages',
      'getReadReceipts',
      'getUsersOfRoom',
      'loadHistory',
      'loadNextMessages',
      'permissions/get',
      'public-settings/get',
      'subscriptions/get',
    ].map(stranger),
  ) as Calls),
  'POST method.call/:id 200': (w) => call(w.ann, 'rooms/get'),
  'POST method.call/:id 401': (w) => call(w.anonymous, 'rooms/get'),
  'POST method.call/addUsersToRoom 200': async (w) => {
    const { username } = await w.person()
    return call(w.ann, 'addUsersToRoom', { rid: await w.channel(), users: [username] })
  },
  'POST method.call/deleteMessage 200': async (w) =>
    call(w.ann, 'deleteMessage', { _id: await w.message(await w.channel()) }),
  'POST method.call/getMessages 200': async (w) =>
    call(w.ann, 'getMessages', [await w.message(await w.channel())]),
  'POST method.call/getUsersOfRoom 200': async (w) =>
    call(w.ann, 'getUsersOfRoom', await w.channel(), true),
  'POST method.call/loadHistory 200': async (w) => call(w.ann, 'loadHistory', await w.channel()),
  'POST method.call/loadNextMessages 200': async (w) =>
    call(w.ann, 'loadNextMessages', await w.channel()),
  'POST method.call/permissions:get 200': (w) => call(w.ann, 'permissions/get'),
  'POST method.call/public-settings:get 200': (w) => call(w.ann, 'public-settings/get'),
  'POST method.call/sendMessage 200': async (w) =>
    call(w.ann, 'sendMessage', { rid: await w.channel(), msg: 'hello' }),
  'POST method.call/subscriptions:get 200': (w) => call(w.ann, 'subscriptions/get'),
  'POST method.call/updateMessage 200': async (w) => {
    const rid = await w.channel()
    return call(w.ann, 'updateMessage', { _id: await w.message(rid), rid, msg: 'new' })
  },
}
