import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  allowSlowBody,
  endSlowBody,
  httpTimeouts,
  limitBody,
} from '../../../../server/embedded/limits/httpLimits'

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

function startBody() {
  const socket = { destroy: jest.fn() }
  const fields = { headers: { 'content-length': '9' }, complete: false, socket }
  const request = Object.assign(new EventEmitter(), fields) as unknown as IncomingMessage
  const response = { headersSent: true } as unknown as ServerResponse
  limitBody(request, response, { ...httpTimeouts, requestTimeout: 1_000, uploadIdleTimeout: 100 })
  return { request, socket }
}

test('a body that is late costs the socket', () => {
  const { socket } = startBody()
  jest.advanceTimersByTime(999)
  expect(socket.destroy).not.toHaveBeenCalled()
  jest.advanceTimersByTime(1)
  expect(socket.destroy).toHaveBeenCalledTimes(1)
})

test('a file may take as long as something of it comes', () => {
  const { request, socket } = startBody()
  allowSlowBody(request)
  for (let piece = 0; piece < 30; piece += 1) {
    jest.advanceTimersByTime(99)
    request.emit('data')
  }
  expect(socket.destroy).not.toHaveBeenCalled()
  jest.advanceTimersByTime(100)
  expect(socket.destroy).toHaveBeenCalledTimes(1)
})

test.each(['end', 'close'])(
  'after its %s nothing waits, also when it is refused later',
  (event) => {
    const { request } = startBody()
    allowSlowBody(request)
    request.emit(event)
    endSlowBody(request)
    expect(jest.getTimerCount()).toBe(0)
  },
)
