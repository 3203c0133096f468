import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import {
  fakeClock,
  openDdp,
  openSocket,
  restClient,
  type DdpClient,
  type RestClient,
} from '../unit/server/embedded/support'
import { mebibyte, openArena, type Arena } from './arena'

jest.setTimeout(120_000)

const timeouts = {
  headersTimeout: 300,
  requestTimeout: 600,
  uploadIdleTimeout: 400,
  connectionsCheckingInterval: 100,
}

let arena: Arena
beforeAll(async () => {
  arena = await openArena({ timeouts })
})
afterAll(() => arena.close())

const formHead = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
const formEnd = '\r\n--b--\r\n'

/** Runs `task` after `ms` milliseconds unless the socket is gone by then: a timer that is left would hold the process. */
const later = (socket: Socket, ms: number, task: () => void): void => {
  const timer = setTimeout(() => {
    socket.off('close', stop)
    task()
  }, ms)
  const stop = (): void => clearTimeout(timer)
  socket.once('close', stop)
}

type RawSocket = { socket: Socket; ended: Promise<string> }

/** A plain TCP connection that says `text`, and everything that it hears until the other side is gone. */
const rawSocket = (text: string, halfOpen = false): RawSocket => {
  const { port } = arena.test.server
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: halfOpen })
  let heard = ''
  socket.on('data', (chunk) => (heard += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  // A half-open client goes on writing after the other side has said goodbye; a socket that is gone makes that fail.
  const poke = (): void => {
    if (socket.destroyed) return
    socket.write('x')
    later(socket, 20, poke)
  }
  if (halfOpen) socket.on('end', poke)
  socket.write(text)
  return { socket, ended: new Promise((resolve) => socket.on('close', () => resolve(heard))) }
}

const handshake = [
  'GET /websocket HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n')

/** A masked websocket frame, as a client sends it; the mask is zero. */
const rawFrame = (opcode: number, payload: Buffer, announced = payload.length): Buffer => {
  const head = Buffer.alloc(14)
  head[0] = 0x80 | opcode
  head[1] = 0x80 | 127
  head.writeBigUInt64BE(BigInt(announced), 2)
  return Buffer.concat([head, payload])
}

const rawPing = (payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x89, 0x80 | payload.length, 0, 0, 0, 0]), payload])

const many = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index))

describe('slow HTTP', () => {
  it('heads that never end are answered with 408 and lose their socket', async () => {
    const slow = many(200, () => rawSocket('GET /api/info HTTP/1.1\r\nHost: x\r\nX-A: '))
    const report = await arena.witness(Promise.all(slow.map(({ ended }) => ended)))
    for (const { ended } of slow) expect(await ended).toContain('408')
    expect(report.slowest).toBeLessThan(3000)
  })

  it('bodies that never end lose their socket', async () => {
    const head = `POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`
    const slow = many(100, () => rawSocket(head))
    const report = await arena.witness(Promise.all(slow.map(({ ended }) => ended)))
    expect(report.slowest).toBeLessThan(3000)
  })

  /** An upload whose pieces come every `everyMs`; without an end it goes on until the socket is gone. */
  const slowUpload = (person: RestClient, everyMs: number, pieces: number) => {
    const head = [
      'POST /api/v1/rooms.media/GENERAL HTTP/1.1',
      'Host: x',
      'Connection: close',
      `X-Auth-Token: ${person.token}`,
      `X-User-Id: ${person.userId}`,
      'Content-Type: multipart/form-data; boundary=b',
      `Content-Length: ${formHead.length + pieces + formEnd.length}`,
    ]
    const raw = rawSocket(`${head.join('\r\n')}\r\n\r\n${formHead}`)
    let left = pieces
    const next = (): void => {
      if (raw.socket.destroyed) return
      left -= 1
      raw.socket.write(left === 0 ? `x${formEnd}` : 'x')
      if (left > 0) later(raw.socket, everyMs, next)
    }
    later(raw.socket, everyMs, next)
    return raw
  }

  it('files may come slower than any other body, as long as something comes', async () => {
    const person = await arena.test.person('slow')
    // Twice as long as a whole body may take.
    const answer = await slowUpload(person, 100, 13).ended
    expect(answer).toContain('HTTP/1.1 200 ')
    expect(answer).toContain('"success":true')
    expect(await slowUpload(person, 100_000, 2).ended).toContain('408')
  })

  it('connections that say nothing lose their socket', async () => {
    const silent = many(100, () => rawSocket(''))
    await arena.witness(Promise.all(silent.map(({ ended }) => ended)))
  })

  it('refused and broken requests give the socket back, also when the client keeps its side open', async () => {
    const texts = [
      'nonsense\r\n\r\n',
      'GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`,
      'GET /api/info HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    ]
    for (const text of texts) {
      const raw = rawSocket(text, true)
      expect(await raw.ended).toMatch(/^HTTP\/1\.1 4\d\d /)
    }
  })
})

describe('frames that are no frames', () => {
  it.each([
    ['a giant frame', rawFrame(1, Buffer.alloc(70_000, 'x'), 1024 * mebibyte)],
    ['invalid UTF-8', rawFrame(1, Buffer.from([0xc3, 0x28, 0xff, 0xfe]))],
    ['an unknown kind', rawFrame(11, Buffer.from('x'))],
    ['a frame with a reserved bit', Buffer.from([0xf1, 0x80, 0, 0, 0, 0])],
    ['an unmasked frame', Buffer.from([0x81, 0x01, 0x61])],
    ['a long ping', rawFrame(9, Buffer.alloc(200))],
  ])('%s ends its own connection and no other', async (_kind, frame) => {
    const raw = rawSocket(handshake)
    raw.socket.write(frame)
    const heard = await raw.ended
    expect(heard).toContain('101 Switching Protocols')
    expect((await arena.witness(Promise.resolve())).slowest).toBeLessThan(3000)
  })

  it('binary frames are refused and the connection goes on', async () => {
    const { port } = arena.test.server
    const socket = new WebSocket(`ws://127.0.0.1:${port}/websocket`)
    const frames: string[] = []
    const refused = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        frames.push(data.toString())
        if (data.toString().includes('Bad request')) resolve()
      })
    })
    socket.on('open', () => socket.send(Buffer.from([1, 2, 3])))
    await refused
    socket.close()
    expect(frames).toContain('{"msg":"error","reason":"Bad request"}')
  })
})

describe('floods', () => {
  it('of calls on one socket whose answers nobody reads end that socket; memory stays', async () => {
    arena.growth()
    const attack = floodWithoutReading((index) => {
      const call = { msg: 'method', id: `${index}`, method: 'permissions/get', params: [] }
      return rawFrame(1, Buffer.from(JSON.stringify(call)))
    })
    const report = await arena.witness(attack)
    expect(report.slowest).toBeLessThan(5000)
    expect(arena.growth()).toBeLessThan(150 * mebibyte)
  })

  it('of pings whose pongs nobody reads end that socket', async () => {
    const ping = rawPing(Buffer.alloc(125, 'x'))
    const report = await arena.witness(floodWithoutReading(() => ping))
    expect(report.slowest).toBeLessThan(5000)
  })

  it('of expensive calls on a socket leave others their turn', async () => {
    const socket = await arena.open()
    const calls = many(2000, () => socket.call('public-settings/get'))
    // Whoever asks faster than it reads may lose the socket instead, which is the other right end.
    const report = await arena.witness(Promise.race([Promise.all(calls), socket.closed]))
    expect(report.rounds).toBeGreaterThan(3)
    expect(report.slowest).toBeLessThan(5000)
    socket.close()
  })

  it('of large frames behind a slow call end the socket before they fill the memory', async () => {
    const socket = await openSocket(arena.test.server.url)
    socket.send({ msg: 'connect', version: '1', support: ['1'] })
    const wrong = { user: { username: 'mallory' }, password: 'wrong' }
    for (let index = 0; index < 40; index += 1) {
      socket.send({ msg: 'method', id: `${index}`, method: 'login', params: [wrong] })
      socket.send({ msg: 'method', id: 'x', method: 'rooms/get', params: ['x'.repeat(900_000)] })
    }
    await arena.witness(socket.closed)
  })
})

describe('subscriptions', () => {
  it('are taken up to 5,000 per connection; each one more is refused and the connection lives', async () => {
    const socket = await arena.open()
    arena.growth()
    const subscribe = (index: number): void =>
      socket.send({
        msg: 'sub',
        id: `s${index}`,
        name: 'stream-notify-all',
        params: [`event-${index}`, false],
      })
    const attack = (async () => {
      for (let index = 0; index < 6000; index += 1) subscribe(index)
      return socket.call('UserPresence:ping')
    })()
    const report = await arena.witness(attack)
    const refused = socket.frames.filter((frame) => frame.msg === 'nosub')
    expect(refused).toHaveLength(1000)
    expect(refused[0]!.error).toMatchObject({ error: 'too-many-requests' })
    expect(report.slowest).toBeLessThan(5000)
    expect(arena.growth()).toBeLessThan(50 * mebibyte)
    socket.close()
  })

  it('with long ids and lists are refused before they fill the memory', async () => {
    const socket = await arena.open()
    for (let index = 0; index < 40; index += 1) {
      socket.send({
        msg: 'sub',
        id: `${index}${'x'.repeat(500_000)}`,
        name: 'stream-notify-all',
        params: ['e'],
      })
    }
    // Each refusal repeats its id: whoever reads them too slowly may lose the socket instead.
    await arena.witness(Promise.race([socket.call('UserPresence:ping'), socket.closed]))
    const ready = socket.frames.filter((frame) => frame.msg === 'ready')
    expect(ready.length).toBeLessThan(10)
    socket.close()
    const next = await arena.open()
    expect((await next.subscribe('stream-notify-all', 'x'.repeat(1000))).error).toMatchObject({
      error: 'invalid-event-name',
    })
    next.close()
  })

  it('of many connections to one room cost the sender no more than their number', async () => {
    const readers: DdpClient[] = []
    for (let index = 0; index < 100; index += 1) {
      const reader = await openDdp(arena.test.server.url, arena.bob)
      for (let copy = 0; copy < 20; copy += 1) {
        await reader.subscribe('stream-room-messages', arena.rid, false)
      }
      readers.push(reader)
    }
    const report = await arena.witness(Promise.resolve(), 5)
    expect(report.slowest).toBeLessThan(5000)
    for (const reader of readers) reader.close()
  })
})

describe('a reader that stopped reading', () => {
  it('is cut off while the others get every message in time', async () => {
    const slow = await openDdp(arena.test.server.url, arena.bob)
    await slow.subscribe('stream-room-messages', arena.rid, false)
    slow.pause()
    const msg = '长'.repeat(4900)
    const attack = (async () => {
      for (let index = 0; index < 500; index += 10) {
        await Promise.all(
          many(10, () => arena.ann.post('chat.sendMessage', { message: { rid: arena.rid, msg } })),
        )
      }
    })()
    const report = await arena.witness(attack)
    slow.resume()
    await slow.closed
    expect(report.slowest).toBeLessThan(5000)
  })
})

describe('a token that has ended', () => {
  it('lets its socket say nothing more, also while it does not answer the close frame', async () => {
    const { body } = await arena.test.anonymous.post('login', {
      user: 'mallory',
      password: 'secret-mallory',
    })
    const { userId, authToken } = body.data as { userId: string; authToken: string }
    const raw = rawSocket(handshake)
    const send = (frame: object): void =>
      void raw.socket.write(rawFrame(1, Buffer.from(JSON.stringify(frame))))
    const heard = new Promise<void>((resolve) => {
      raw.socket.on('data', (chunk) => {
        if (chunk.includes('"updated"')) resolve()
      })
    })
    send({ msg: 'connect', version: '1', support: ['1'] })
    send({ msg: 'method', id: 'in', method: 'login', params: [{ resume: authToken }] })
    await heard
    const own = restClient(arena.test.server.url, userId, authToken)
    await own.post('logout')
    const message = { _id: 'from-the-dead', rid: 'GENERAL', msg: 'still here?' }
    send({ msg: 'method', id: 'late', method: 'sendMessage', params: [message] })
    // Whatever is asked afterwards on another connection is answered after the frame was read.
    const other = await arena.open()
    await other.call('rooms/get')
    const found = await arena.mallory.get('chat.getMessage?msgId=from-the-dead')
    expect(found.status).toBe(400)
    other.close()
    raw.socket.destroy()
  })
})

describe('a half-open socket', () => {
  it('is pinged after 15 s and closed after 15 s more, and its user is offline then', async () => {
    const clock = fakeClock(Date.now())
    const other = await openArena({ clock })
    const socket = await other.open()
    const { body } = await other.ann.get(`users.getStatus?userId=${other.mallory.userId}`)
    expect(body.status).toBe('online')
    clock.advance(15_000)
    await socket.next((frame) => frame.msg === 'ping')
    clock.advance(15_000)
    await socket.closed
    const after = await other.ann.get(`users.getStatus?userId=${other.mallory.userId}`)
    expect(after.body.status).toBe('offline')
    await other.close()
  })
})

/** A signed-in websocket that writes as fast as it can and never reads, until the server ends it. */
function floodWithoutReading(frameOf: (index: number) => Buffer): Promise<void> {
  const { socket, ended } = rawSocket(handshake)
  socket.pause()
  const send = (frame: object): void =>
    void socket.write(rawFrame(1, Buffer.from(JSON.stringify(frame))))
  send({ msg: 'connect', version: '1', support: ['1'] })
  send({ msg: 'method', id: 'in', method: 'login', params: [{ resume: arena.mallory.token }] })
  const flood = (index: number): void => {
    if (socket.destroyed) return
    let more = 0
    while (more < 50 && socket.write(frameOf(index + more))) more += 1
    setImmediate(flood, index + more)
  }
  flood(0)
  return ended.then(() => undefined)
}
