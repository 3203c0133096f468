// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment */
import { type Json, type RestClient, type TestServer, usePeople } from './support'

let test: TestServer
let ann: RestClient
let bob: RestClient

usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))

const remove = async (
  person: RestClient,
  body: unknown,
): Promise<{ status: number; body: Json }> => {
  const response = await fetch(`${test.server.url}/api/v1/push.token`, {
    method: 'DELETE',
    headers: {
      'content-type': 'application/json',
      'x-auth-token': person.token,
      'x-user-id': person.userId,
    },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Json }
}

describe('push tokens', () => {
  const device = { type: 'gcm', value: 'device-1', appName: 'app' }

  it('are kept once per device, go over to who uses it, and are removed by their user only', async () => {
    const { result } = (await ann.post('push.token', device)).body
    expect(result).toMatchObject({
      token: { gcm: 'device-1' },
      appName: 'app',
      userId: ann.userId,
      enabled: true,
    })
    const again = (await ann.post('push.token', { ...device, appName: 'app2' })).body.result
    expect([again._id, again.appName]).toEqual([result._id, 'app2'])
    expect((await remove(bob, { token: 'device-1' })).status).toBe(404)
    expect((await bob.post('push.token', device)).body.result.userId).toBe(bob.userId)
    expect((await remove(ann, { token: 'device-1' })).status).toBe(404)
    expect(await remove(bob, { token: 'device-1' })).toEqual({
      status: 200,
      body: { success: true },
    })
    expect((await remove(bob, { token: 'device-1' })).status).toBe(404)
    expect((await remove(bob, {})).body.errorType).toBe('invalid-params')
  })

  it('of an id belong to one person', async () => {
    const first = (await ann.post('push.token', { ...device, value: 'a', id: 'phone' })).body.result
    expect(first._id).toBe('phone')
    const other = (await bob.post('push.token', { ...device, value: 'b', id: 'phone' })).body.result
    expect(other._id).not.toBe('phone')
    expect((await remove(ann, { token: 'a' })).status).toBe(200)
  })

  it('end with the session that gave them', async () => {
    const login = await test.anonymous.post('login', { user: 'ann', password: 'secret-ann' })
    const { authToken } = login.body.data
    const phone: RestClient = { ...ann, token: authToken }
    const headers = {
      'content-type': 'application/json',
      'x-auth-token': authToken,
      'x-user-id': ann.userId,
    }
    const post = (path: string, body: unknown) =>
      fetch(`${test.server.url}/api/v1/${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
    expect((await post('push.token', { ...device, value: 'c' })).status).toBe(200)
    await post('logout', {})
    expect((await remove({ ...phone, token: ann.token }, { token: 'c' })).status).toBe(404)
  })

  it.each([
    [{ ...device, type: 'web' }],
    [{ ...device, value: '' }],
    [{ type: 'gcm', value: 'x' }],
    [{ ...device, extra: 1 }],
  ])('are refused for %j', async (body) => {
    const answer = await ann.post('push.token', body)
    expect([answer.status, answer.body.errorType]).toEqual([400, 'invalid-params'])
  })
})

describe('a push', () => {
  it('is fetched by its message, by who may read that', async () => {
    const { rid } = (await ann.post('im.create', { username: 'bob' })).body.room
    const sent = await ann.post('chat.sendMessage', { message: { rid, msg: 'psst' } })
    const id = sent.body.message._id
    const { data } = (await bob.get(`push.get?id=${id}`)).body
    expect(data.message.msg).toBe('psst')
    expect(data.notification).toMatchObject({
      title: 'ANN',
      text: 'psst',
      payload: { messageId: id, rid, type: 'd', notificationType: 'message', senderName: 'ann' },
    })
    const eve = await test.person('eve')
    expect((await eve.get(`push.get?id=${id}`)).body.errorType).toBe('error-not-allowed')
    expect((await eve.get('push.get?id=nothing')).status).toBe(400)
  })
})

describe('a workspace without providers', () => {
  it.each([
    ['GET', 'push.info', {}, 200, undefined],
    ['POST', 'push.test', {}, 403, undefined],
    ['GET', 'video-conference.capabilities', {}, 400, 'no-videoconf-provider-app'],
    ['GET', 'video-conference.providers', {}, 200, undefined],
    ['GET', 'video-conference.info?callId=x', {}, 400, 'invalid-params'],
    ['GET', 'video-conference.list?roomId=GENERAL', {}, 200, undefined],
    ['GET', 'video-conference.list?roomId=nowhere', {}, 400, 'invalid-params'],
    ['POST', 'video-conference.start', { roomId: 'GENERAL' }, 400, 'no-videoconf-provider-app'],
    ['POST', 'video-conference.start', { roomId: 'nowhere' }, 400, 'invalid-params'],
    ['POST', 'video-conference.join', { callId: 'x', state: { mic: true } }, 400, 'invalid-params'],
    ['POST', 'video-conference.cancel', { callId: 'x' }, 400, 'invalid-params'],
    ['POST', 'video-conference.leave', { callId: 'x' }, 400, 'invalid-params'],
    ['POST', 'video-conference.heartbeat', { callId: 'x' }, 400, 'invalid-params'],
    ['POST', 'video-conference.decline', { callId: 'x' }, 400, 'invalid-params'],
    ['POST', 'video-conference.rename', { callId: 'x', title: 't' }, 400, 'invalid-params'],
    [
      'POST',
      'autotranslate.translateMessage',
      { messageId: 'x' },
      400,
      'AutoTranslate is disabled.',
    ],
    ['GET', 'autotranslate.getSupportedLanguages', {}, 400, 'AutoTranslate is disabled.'],
  ])('%s %s %j answers %i', async (method, path, body, status, error) => {
    const answer = method === 'GET' ? await ann.get(path) : await ann.post(path, body)
    expect(answer.status).toBe(status)
    if (error !== undefined) expect(answer.body.error).toBe(error)
  })

  it('tells administrators so in words of their own', async () => {
    const { body } = await test.admin.get('video-conference.capabilities')
    expect(body.error).toBe('admin-no-videoconf-provider-app')
    expect((await test.admin.post('push.test')).body.errorType).toBe('error-push-disabled')
  })

  it.each([
    [{ roomId: 'GENERAL', field: 'autoTranslate', value: true }, 'AutoTranslate is disabled.'],
    [{ roomId: 'GENERAL', field: 'other', value: true }, undefined],
  ])('does not save how to translate: %j', async (body, error) => {
    const answer = await ann.post('autotranslate.saveSettings', body)
    expect(answer.status).toBe(400)
    if (error === undefined) expect(answer.body.errorType).toBe('invalid-params')
    else expect(answer.body.error).toBe(error)
  })
})
