// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment */
import { openConnection } from './ddpSupport'
import { openTestApp, type TestApp } from './support'

let test: TestApp
beforeEach(() => {
  test = openTestApp()
})
afterEach(() => test.close())

const open = (connect = true) => openConnection(test, connect)

describe('the first frames', () => {
  it('greet, and connect with version 1', () => {
    const { frames } = open()
    expect(frames[0]).toEqual({ server_id: '0' })
    expect(frames[1]).toEqual({ msg: 'connected', session: expect.stringMatching(/^\w{17}$/) })
  })

  it.each([
    [{ msg: 'connect', version: 'pre1', support: ['pre1'] }],
    [{ msg: 'connect' }],
    [{ msg: 'connect', version: '1', support: 'all' }],
  ])('answer failed and close for %j', (frame) => {
    const { receive, last, state } = open(false)
    receive(frame)
    expect(last()).toEqual({ msg: 'failed', version: '1' })
    expect(state.closed).toBe(true)
  })

  it('refuse everything else before connect, and a second connect', () => {
    const early = open(false)
    early.receive({ msg: 'ping' })
    expect(early.last()).toEqual({
      msg: 'error',
      reason: 'Must connect first',
      offendingMessage: { msg: 'ping' },
    })
    const twice = open()
    twice.receive({ msg: 'connect', version: '1', support: ['1'] })
    expect(twice.last()).toMatchObject({ msg: 'error', reason: 'Already connected' })
  })
})

describe('malformed frames', () => {
  it.each([
    ['{broken', 'Bad request'],
    ['[]', 'Bad request'],
    ['null', 'Bad request'],
    ['7', 'Bad request'],
    ['', 'Bad request'],
    ['{"msg":7}', 'Bad request'],
    ['{"msg":"constructor"}', 'Bad request'],
    ['{"msg":"method","__proto__":{"id":"1"}}', 'Parse error'],
    ['{"msg":"sub","id":7,"name":"x"}', 'Malformed subscription'],
    ['{"msg":"sub","id":"s"}', 'Malformed subscription'],
    ['{"msg":"sub","id":"s","name":"x","params":{}}', 'Malformed subscription'],
    ['{"msg":"unsub"}', 'Malformed subscription'],
    ['{"msg":"method","id":"1"}', 'Malformed method invocation'],
    ['{"msg":"method","id":"1","method":"login","params":"x"}', 'Malformed method invocation'],
    ['{"msg":"method","id":"1","method":"login","randomSeed":1}', 'Malformed method invocation'],
  ])('%s is answered with %s', (text, reason) => {
    const { receive, last, state } = open()
    receive(text)
    expect(last()).toMatchObject({ msg: 'error', reason })
    expect(state.closed).toBe(false)
  })
})

describe('the heartbeat', () => {
  it('answers pings with their id', () => {
    const { receive, last } = open()
    receive({ msg: 'ping', id: 'p1' })
    expect(last()).toEqual({ msg: 'pong', id: 'p1' })
    receive({ msg: 'ping' })
    expect(last()).toEqual({ msg: 'pong' })
  })

  it('pings after 15 s of silence and closes after 15 s more', () => {
    const { last, state, frames } = open()
    test.clock.advance(14_999)
    expect(frames).toHaveLength(2)
    test.clock.advance(1)
    expect(last()).toEqual({ msg: 'ping' })
    test.clock.advance(14_999)
    expect(state.closed).toBe(false)
    test.clock.advance(1)
    expect(state.closed).toBe(true)
  })

  it('takes any frame as a sign of life, and waits 15 s from the last one', () => {
    const { receive, frames, state } = open()
    const pings = () => frames.filter((frame) => frame.msg === 'ping').length
    for (let round = 0; round < 10; round += 1) {
      test.clock.advance(10_000)
      receive('garbage')
    }
    expect(pings()).toBe(0)
    test.clock.advance(15_000)
    expect(pings()).toBe(1)
    test.clock.advance(1_000)
    receive({ msg: 'pong' })
    test.clock.advance(15_000)
    expect([pings(), state.closed]).toEqual([2, false])
  })

  it('closes a socket that never connects and leaves no timer behind', () => {
    const { state, connection } = open(false)
    test.clock.advance(30_000)
    expect(state.closed).toBe(true)
    connection.closed()
    expect(test.clock.pending()).toBe(0)
  })
})
