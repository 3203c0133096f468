import { loadAsBuilt } from './lib/asBuilt'
import { defineBench } from './lib/bench'
import type * as ClientCore from './lib/clientCore'
import { roomMessageFrame, wireMessage } from './lib/frames'

const openFrames = 20_000
const backgroundFrames = 20_000
const naiveFrames = 2_000
const rooms = 200
/** Frames that come in one turn of the event loop, as after a busy moment. */
const perTurn = 20

type State = { core: typeof ClientCore }

/** What a room that is not open tells a client: its `rooms-changed` document with the newest message. */
const roomChangedFrame = (room: string, index: number): string => {
  const message = wireMessage(room, index)
  const document = {
    ...{ _id: room, t: 'c', name: room, fname: room, usersCount: 2, ro: false },
    ...{ lm: message.ts, lastMessage: message, _updatedAt: { $date: 9e12 + index } },
  }
  return JSON.stringify({
    msg: 'changed',
    collection: 'stream-notify-user',
    id: 'id',
    fields: { eventName: 'ann/rooms-changed', args: ['updated', document] },
  })
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Frames per second of processor time, drawing included. */
const rateOf = async (
  texts: readonly string[],
  receive: (text: string) => void,
): Promise<number> => {
  const started = process.cpuUsage()
  for (let at = 0; at < texts.length; at += perTurn) {
    for (const text of texts.slice(at, at + perTurn)) receive(text)
    await turn()
  }
  const { user, system } = process.cpuUsage(started)
  return (texts.length / (user + system)) * 1_000_000
}

const list = (count: number, make: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => make(index))

let number = 0

const measure = async ({ core }: State): Promise<Record<string, number>> => {
  const client = await core.startCore(rooms)
  const first = (number += openFrames)
  const open = await rateOf(
    list(openFrames, (index) => roomMessageFrame(client.openRoom, first + index)),
    client.receive,
  )
  const { backgroundRooms } = client
  const background = await rateOf(
    list(backgroundFrames, (index) =>
      roomChangedFrame(backgroundRooms[index % backgroundRooms.length] ?? '', index),
    ),
    client.receive,
  )
  await new Promise((resolve) => setTimeout(resolve, 200))
  if (client.rows() < openFrames)
    throw new Error(`${client.rows()} of ${openFrames} rows are there`)
  const naive = core.startNaive()
  const naiveOpen = await rateOf(
    list(naiveFrames, (index) => roomMessageFrame('naive', index)),
    naive.receive,
  )
  return { open, background, naiveOpen }
}

const rate = { unit: 'frames per processor second', better: 'higher' } as const

export const bench = defineBench<State>({
  name: 'ingest',
  title: `The client's stores in Node: frames parsed, decoded, applied and published; ${rooms} rooms`,
  metrics: {
    open: { ...rate, label: 'messages into the open room', target: 2_000 },
    background: { ...rate, label: 'changes of rooms that are not open', target: 20_000 },
    naiveOpen: {
      ...rate,
      label: `messages into the open room, the first ${naiveFrames}`,
      subject: 'reactive array, found by id, sorted',
    },
  },
  setUp: async () => ({ core: await loadAsBuilt<typeof ClientCore>('clientCore') }),
  measure,
  tearDown: () => Promise.resolve(),
})
