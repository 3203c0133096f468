import { resolveRealtimeUrl } from '../../../../src/platform/realtimeUrl'

describe('the realtime address', () => {
  it.each([
    ['http://127.0.0.1:8080', '/websocket', 'ws://127.0.0.1:8080/websocket'],
    ['https://chat.example', '/websocket', 'wss://chat.example/websocket'],
    ['https://chat.example/', '/websocket', 'wss://chat.example/websocket'],
    ['https://chat.example/im/', '/websocket', 'wss://chat.example/im/websocket'],
    ['https://chat.example?x=1#y', 'websocket', 'wss://chat.example/websocket'],
    ['HTTPS://chat.example', '/websocket', 'wss://chat.example/websocket'],
    ['https://chat.example', '//other.example/websocket', 'wss://other.example/websocket'],
    ['https://chat.example', 'ws://other.example/websocket', 'ws://other.example/websocket'],
    ['http://chat.example', 'wss://other.example/ws?a=1', 'wss://other.example/ws?a=1'],
    ['http://chat.example', 'https://other.example/websocket', 'wss://other.example/websocket'],
  ])('of %s with %s is %s', (server, announced, url) => {
    expect(resolveRealtimeUrl(server, announced)).toBe(url)
  })

  it.each([
    ['http://chat.example', 'ftp://other.example/x'],
    ['http://chat.example', 'javascript://alert'],
    ['ftp://chat.example', '/websocket'],
    ['chat.example', '/websocket'],
    ['', '/websocket'],
    ['http://', '/websocket'],
  ])('of %s with %s is refused', (server, announced) => {
    expect(() => resolveRealtimeUrl(server, announced)).toThrow(RangeError)
  })
})
