import { DDPSDK } from '@rocket.chat/ddp-client'
import SimpleDdp from 'simpleddp'
import { WebSocket } from 'ws'
import { systemClock } from '../../src/platform/clock'
import { createDdpClient, ddpPing } from '../../src/realtime/ddpClient'
import { Socket } from '../../src/realtime/socket'
import type { StreamFrame } from '../../src/realtime/realtime'
import { decodeFrame } from '../../src/rocketchat/streams'
import { createTimeline } from '../../src/timeline/timeline'
import type { Timeline } from '../../src/timeline/types'
import { openNodeSocket } from '../../tests/unit/client/support/nodePlatform'
import type { Flood } from './flood'

const framesPerBlock = 10_000

type Handler = (message: unknown) => void

/** A client with its room open; `room` is the name under which the server knows it. */
export type Subject = { room: string; hear(handler: Handler): void; close(): void }

const stream = 'stream-room-messages'

/** What nobody can be faster than: the socket, the text, the parsed object. */
export const openRaw = (host: string): Promise<Subject> =>
  new Promise((resolve) => {
    const room = 'raw'
    let handler: Handler = () => undefined
    const socket = new WebSocket(`ws://${host}/websocket`)
    const send = (frame: unknown): void => socket.send(JSON.stringify(frame))
    socket.on('open', () => send({ msg: 'connect', version: '1', support: ['1'] }))
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8')) as {
        msg: string
        fields: { args: unknown[] }
      }
      if (frame.msg === 'changed') handler(frame.fields.args[0])
      else if (frame.msg === 'connected')
        send({ msg: 'sub', id: '1', name: stream, params: [room] })
      else if (frame.msg === 'ready') resolve({ room, hear, close: () => socket.terminate() })
    })
    const hear = (next: Handler): void => void (handler = next)
  })

type OurSubject = Subject & { hearFrames(handler: (frame: StreamFrame) => void): void }

export const openOurs = async (host: string): Promise<OurSubject> => {
  const room = 'ours'
  let handler: (frame: StreamFrame) => void = () => undefined
  const socket = new Socket({
    server: `ws://${host}/websocket`,
    openSocket: openNodeSocket,
    clock: systemClock,
    ping: () => ddpPing,
  })
  const client = createDdpClient({ socket, clock: systemClock, token: () => 't' })
  client.onFrame((frame) => handler(frame))
  const { ready } = client.subscribe(stream, room)
  client.open()
  await ready
  return {
    room,
    hear: (next) => void (handler = ({ args }) => next(args[0])),
    hearFrames: (next) => void (handler = next),
    close: () => client.close(),
  }
}

export const openOfficial = async (host: string): Promise<Subject> => {
  const room = 'official'
  let handler: Handler = () => undefined
  Object.defineProperty(globalThis, 'WebSocket', { value: WebSocket, configurable: true })
  const sdk = await DDPSDK.createAndConnect(`ws://${host}`)
  await sdk.stream('room-messages', room, (message) => handler(message)).ready()
  const close = (): void => {
    sdk.connection.close()
    sdk.timeoutControl.stop()
  }
  return { room, hear: (next) => void (handler = next), close }
}

export const openSimple = async (host: string): Promise<Subject> => {
  const room = 'simple'
  let handler: Handler = () => undefined
  const ddp = new SimpleDdp({
    endpoint: `ws://${host}/websocket`,
    SocketConstructor: WebSocket,
    reconnectInterval: 10_000,
  })
  ddp.on('changed', ({ fields }) => handler((fields as { args: unknown[] }).args[0]))
  await ddp.connect()
  await ddp.subscribe(stream, room, false).ready()
  return { room, hear: (next) => void (handler = next), close: () => void ddp.disconnect() }
}

/** Microseconds of this process, which does nothing but receive; other programs of the machine do not change it much. */
const busyMicroseconds = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Frames per second of this process's processor time, counted from the first one that arrives. */
const rate = (flood: Flood, room: string, listen: (onFrame: () => void) => void): Promise<number> =>
  new Promise((resolve) => {
    let count = 0
    let started = 0
    listen(() => {
      count += 1
      if (count === 1) started = busyMicroseconds()
      if (count === framesPerBlock) {
        resolve(((count - 1) / (busyMicroseconds() - started)) * 1_000_000)
      }
    })
    flood.send(room, framesPerBlock)
  })

export const dispatched = (flood: Flood, subject: Subject): Promise<number> =>
  rate(flood, subject.room, (onFrame) =>
    subject.hear((message) => {
      if ((message as { rid: string }).rid === subject.room) onFrame()
    }),
  )

const newTimeline = (): Timeline => {
  const timeline = createTimeline({
    selfId: 'u-alice',
    lastSeenAt: 0,
    labels: { day: () => '11-23', time: () => '15:30', system: () => undefined },
  })
  timeline.insertHistory({ messages: [], hasOldest: true })
  return timeline
}

export const inserted = async (flood: Flood, subject: OurSubject): Promise<number> => {
  const timeline = newTimeline()
  const speed = await rate(flood, subject.room, (onFrame) =>
    subject.hearFrames((frame) => {
      const event = decodeFrame(frame)
      if (event?.type === 'message') timeline.upsert([event.message])
      onFrame()
    }),
  )
  if (timeline.size !== framesPerBlock) throw new Error(`the timeline has ${timeline.size}`)
  return speed
}
