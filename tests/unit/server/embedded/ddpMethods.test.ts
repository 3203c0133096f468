// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-return */
import { issueToken } from '../../../../server/embedded/auth/sessions'
import type { UserDoc } from '../../../../server/embedded/documents'
import { openConnection, signedInConnection } from './ddpSupport'
import { openTestApp, type TestApp } from './support'

let test: TestApp
beforeEach(() => {
  test = openTestApp()
})
afterEach(() => test.close())

const open = (connect = true) => openConnection(test, connect)
const signedIn = (user: UserDoc) => signedInConnection(test, user)

describe('methods and subscriptions', () => {
  it('answer unknown names with 404', async () => {
    const { receive, settle, frames } = open()
    receive({ msg: 'method', id: '1', method: 'toString', params: [] })
    receive({ msg: 'sub', id: 's', name: 'nothing', params: [] })
    await settle()
    expect(frames.slice(2)).toEqual([
      {
        msg: 'result',
        id: '1',
        error: {
          isClientSafe: true,
          error: 404,
          reason: "Method 'toString' not found",
          message: "Method 'toString' not found [404]",
          errorType: 'Meteor.Error',
        },
      },
      { msg: 'updated', methods: ['1'] },
      {
        msg: 'nosub',
        id: 's',
        error: expect.objectContaining({ error: 404, reason: "Subscription 'nothing' not found" }),
      },
    ])
  })

  it('run in the order of arrival, also behind a slow login', async () => {
    const user = test.user('ann')
    const { receive, frames } = open()
    const wrong = { user: { username: 'ann' }, password: 'wrong' }
    const done = new Promise<void>((resolve) => {
      const { token } = issueToken(test.app, user)
      receive({ msg: 'method', id: '1', method: 'login', params: [wrong] })
      receive({ msg: 'method', id: '2', method: 'login', params: [{ resume: token }] })
      receive({
        msg: 'sub',
        id: 's',
        name: 'stream-notify-logged',
        params: ['updateAvatar', false],
      })
      const wait = (): void => {
        if (frames.some((frame) => frame.msg === 'ready')) resolve()
        else setImmediate(wait)
      }
      wait()
    })
    await done
    const order = frames.slice(2).map((frame) => frame.msg as string)
    expect(order).toEqual(['result', 'updated', 'added', 'result', 'updated', 'ready'])
    expect(frames[2]!.error).toMatchObject({ error: 401, reason: 'User not found' })
  })

  it('publish the own account at login and take it back at logout', async () => {
    const user = test.user('ann')
    const { frames, receive, settle, token } = await signedIn(user)
    expect(frames.slice(2)).toEqual([
      {
        msg: 'added',
        collection: 'users',
        id: user._id,
        fields: { username: 'ann', emails: [{ address: 'ann@example.com', verified: false }] },
      },
      {
        msg: 'result',
        id: 'login',
        result: {
          id: user._id,
          token,
          tokenExpires: { $date: expect.any(Number) },
          type: 'resume',
        },
      },
      { msg: 'updated', methods: ['login'] },
    ])
    receive({ msg: 'sub', id: 's', name: 'stream-notify-logged', params: ['updateAvatar', false] })
    receive({ msg: 'method', id: 'out', method: 'logout', params: [] })
    receive({ msg: 'method', id: 'again', method: 'login', params: [{ resume: token }] })
    await settle()
    const tail = frames.slice(5)
    expect(tail.map((frame) => frame.msg)).toEqual([
      'ready',
      'removed',
      'nosub',
      'result',
      'updated',
      'result',
      'updated',
    ])
    expect(tail[2]).toMatchObject({ id: 's', error: { error: 'not-allowed' } })
    expect(tail[5]!.error).toMatchObject({ error: 401 })
  })

  it.each([
    [[undefined]],
    [[{}]],
    [[{ user: 'ann', password: 'x' }]],
    [[{ user: { username: 'ann' } }]],
    [[{ user: { username: 'ann' }, password: { digest: 1 } }]],
  ])('refuse the login object %j as unrecognized', async (params) => {
    const { receive, settle, frames } = open()
    receive({ msg: 'method', id: '1', method: 'login', params })
    await settle()
    expect(frames[2]!.error).toMatchObject({
      error: 400,
      reason: 'Unrecognized options for login request',
    })
  })

  it('ignore the second sub with an id in use, and answer every unsub', async () => {
    const { receive, settle, frames } = await signedIn(test.user('ann'))
    const sub = {
      msg: 'sub',
      id: 's',
      name: 'stream-notify-logged',
      params: ['updateAvatar', false],
    }
    receive(sub)
    receive(sub)
    receive({ msg: 'unsub', id: 's' })
    receive({ msg: 'unsub', id: 'unknown' })
    receive(sub)
    await settle()
    expect(frames.slice(5).map((frame) => frame.msg)).toEqual(['ready', 'nosub', 'nosub', 'ready'])
  })

  it('send each of two subs on one event its own copy, and none after unsub', async () => {
    const user = test.user('ann')
    const { receive, settle, frames } = await signedIn(user)
    const eventName = `${user._id}/message`
    for (const id of ['s1', 's2']) {
      receive({
        msg: 'sub',
        id,
        name: 'stream-notify-user',
        params: [eventName, { useCollection: false, args: [] }],
      })
    }
    await settle()
    const events = () => frames.filter((frame) => frame.msg === 'changed')
    test.app.events.ephemeral(user._id, 'r', 'note', new Date(5))
    expect(events()).toHaveLength(2)
    expect(events()[0]).toMatchObject({
      collection: 'stream-notify-user',
      id: 'id',
      fields: { eventName, args: [{ ts: { $date: 5 } }] },
    })
    receive({ msg: 'unsub', id: 's1' })
    await settle()
    test.app.events.ephemeral(user._id, 'r', 'note', new Date(5))
    expect(events()).toHaveLength(3)
  })

  it('give the legacy fake added to who asks for the collection', async () => {
    const { receive, settle, frames } = await signedIn(test.user('ann'))
    receive({ msg: 'sub', id: 's', name: 'stream-notify-logged', params: ['updateAvatar', true] })
    await settle()
    expect(frames[5]).toEqual({
      msg: 'added',
      collection: 'stream-notify-logged',
      id: 'id',
      fields: { eventName: 'updateAvatar' },
    })
  })

  it.each([
    ['stream-notify-user', ['other/message']],
    ['stream-room-messages', ['nowhere']],
    ['stream-notify-room', ['nowhere/user-activity']],
    ['stream-room-messages', []],
    ['stream-room-messages', [7]],
    ['stream-room-messages', ['']],
  ])('refuse %s %j', async (name, params) => {
    const { receive, settle, last } = await signedIn(test.user('ann'))
    receive({ msg: 'sub', id: 's', name, params })
    await settle()
    expect(last()).toMatchObject({ msg: 'nosub', id: 's', error: { errorType: 'Meteor.Error' } })
  })

  it('let anybody read notify-all and nobody without login read notify-logged', async () => {
    const { receive, settle, frames } = open()
    receive({
      msg: 'sub',
      id: 'a',
      name: 'stream-notify-all',
      params: ['public-settings-changed', false],
    })
    receive({ msg: 'sub', id: 'b', name: 'stream-notify-logged', params: ['user-status', false] })
    await settle()
    expect(frames.slice(2)).toMatchObject([
      { msg: 'ready' },
      { msg: 'nosub', id: 'b', error: { error: 'not-allowed' } },
    ])
  })
})
