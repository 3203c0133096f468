// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument */
import {
  startTestServer,
  type RestAnswer,
  type RestClient,
  type TestServer,
} from '../../unit/server/embedded/support'

/** A workspace with people and rooms, in which recorded calls are caused again. */
export type World = {
  test: TestServer
  admin: RestClient
  ann: RestClient
  bob: RestClient
  anonymous: RestClient
  /** A name that nothing has yet. */
  name(): string
  /** A new channel of ann with bob in it. */
  channel(): Promise<string>
  /** A new private group of ann with bob in it. */
  group(): Promise<string>
  /** The conversation of ann and bob. */
  direct(): Promise<string>
  /** A new message of ann; the id. */
  message(rid: string, fields?: object): Promise<string>
  /** A new thread of ann with one reply of bob in a new channel. */
  thread(): Promise<{ rid: string; root: string }>
  /** A new account of the name, signed in. */
  person(): Promise<RestClient & { username: string }>
  /** A new account with a channel, a private group and a conversation with bob, each with a message. */
  newcomer(): Promise<RestClient>
}

/** How recorded answers are caused: `METHOD path status` -> the call. */
export type Calls = Readonly<Record<string, (world: World) => Promise<RestAnswer>>>

/** What the recorded workspace allowed and a new one does not. */
const environment = {
  OVERWRITE_SETTING_Accounts_RegistrationForm: 'Public',
  OVERWRITE_SETTING_Accounts_AllowDeleteOwnAccount: 'true',
}

export const openWorld = async (): Promise<World> => {
  const test = await startTestServer({ environment })
  const ann = await test.person('ann')
  const bob = await test.person('bob')
  let count = 0
  const name = (): string => `thing-${(count += 1)}`
  const channel = async () =>
    (await ann.post('channels.create', { name: name(), members: ['bob'] })).body.channel._id
  const message = async (rid: string, fields: object = {}) =>
    (await ann.post('chat.sendMessage', { message: { rid, msg: 'hi', ...fields } })).body.message
      ._id
  return {
    test,
    admin: test.admin,
    anonymous: test.anonymous,
    ann,
    bob,
    name,
    channel,
    group: async () =>
      (await ann.post('groups.create', { name: name(), members: ['bob'] })).body.group._id,
    direct: async () => (await ann.post('im.create', { username: 'bob' })).body.room.rid,
    message,
    thread: async () => {
      const rid = await channel()
      const root = await message(rid)
      await bob.post('chat.sendMessage', { message: { rid, msg: 'reply', tmid: root } })
      return { rid, root }
    },
    person: async () => {
      const username = name()
      return { ...(await test.person(username)), username }
    },
    newcomer: async () => {
      const client = await test.person(name())
      const made = [
        (await client.post('channels.create', { name: name() })).body.channel._id,
        (await client.post('groups.create', { name: name() })).body.group._id,
        (await client.post('im.create', { username: 'bob' })).body.room.rid,
      ]
      for (const rid of made) await client.post('chat.sendMessage', { message: { rid, msg: 'hi' } })
      return client
    },
  }
}
