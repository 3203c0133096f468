// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument */
import { type RestClient, type TestServer, usePeople } from './support'

let test: TestServer
let ann: RestClient

usePeople(['ann'], (opened) => ({ test, ann } = opened))

describe('method.call', () => {
  const call = (client: RestClient, method: string, ...params: unknown[]) =>
    client.post(`method.call/${method.replace('/', ':')}`, {
      message: JSON.stringify({ msg: 'method', id: '5', method, params }),
    })

  it('runs methods with dates as EJSON', async () => {
    await ann.post('chat.sendMessage', { message: { rid: 'GENERAL', msg: 'over REST' } })
    const { status, body } = await call(ann, 'loadHistory', 'GENERAL', null, 1)
    const message = JSON.parse(body.message)
    expect([status, body.success, message.id]).toEqual([200, true, '5'])
    expect(message.result.messages[0]).toMatchObject({
      msg: 'over REST',
      ts: { $date: expect.any(Number) },
    })
    const lists = await call(ann, 'subscriptions/get', { $date: 0 })
    expect(JSON.parse(lists.body.message).result).toMatchObject({
      update: expect.any(Array),
      remove: [],
    })
    expect(
      JSON.parse((await call(ann, 'getRoomIdByNameOrId', 'general')).body.message).result,
    ).toBe('GENERAL')
    const missed = await call(ann, 'loadMissedMessages', 'GENERAL', { $date: 0 })
    expect(JSON.parse(missed.body.message).result.length).toBeGreaterThan(0)
    expect(JSON.parse((await call(ann, 'rooms/get')).body.message).result).toEqual(
      expect.any(Array),
    )
    expect((await call(ann, 'readMessages', 'GENERAL')).status).toBe(200)
  })

  it('answers refusals with 400 and the error inside', async () => {
    for (const [method, params, error] of [
      ['nothing', [], 404],
      ['loadHistory', ['nowhere'], 'error-not-allowed'],
      ['loadHistory', [7], 400],
      ['getRoomIdByNameOrId', ['nowhere'], 'error-not-allowed'],
      ['sendMessage', [{ rid: 'GENERAL', hack: 1 }], 400],
    ] as const) {
      const { status, body } = await call(ann, method, ...params)
      expect([status, body.success, JSON.parse(body.message).error.error]).toEqual([
        400,
        false,
        error,
      ])
    }
    expect((await ann.post('method.call/x', { message: 'garbage' })).status).toBe(400)
    expect((await call(test.anonymous, 'loadHistory', 'GENERAL')).status).toBe(401)
  })

  it('runs public methods for anybody', async () => {
    const message = JSON.stringify({
      msg: 'method',
      id: '1',
      method: 'public-settings/get',
      params: [],
    })
    const { body } = await test.anonymous.post('method.callAnon/public-settings:get', { message })
    expect(JSON.parse(body.message).result.length).toBeGreaterThan(50)
  })
})
