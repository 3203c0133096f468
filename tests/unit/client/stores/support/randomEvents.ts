import type { Row } from '../../../../../src/timeline/types'
import { isStored } from './randomChecks'
import { killAndRestart, type Device, type World } from './randomWorld'

type Event = (world: World, device: Device, number: number) => void | Promise<void>

const emojis = [':+1:', ':heart:']

/** What may happen next, with how likely it is. */
const events: readonly (readonly [number, Event])[] = [
  [20, send],
  [12, postByOther],
  [6, editByOther],
  [4, removeByOther],
  [6, editOwn],
  [4, removeOwn],
  [6, react],
  [8, cut],
  [14, goLive],
  [8, open],
  [4, (_world, { client }) => void client.chat.loadOlder()],
  [3, (world, { client }) => client.chat.setAtNewest(world.random() < 0.5)],
  [2, (_world, { client }) => client.chat.leaveChannel()],
  [1, (_world, { client }) => client.chat.setRoomVisible(false)],
  [2, (_world, { client }) => client.chat.setRoomVisible(true)],
  [1, (_world, { client }) => client.lifecycle.goToBackground()],
  [1, rejectToken],
  [2, (world, device) => killAndRestart(world, device)],
]

const total = events.reduce((sum, [weight]) => sum + weight, 0)

/** Lets one thing happen to one device or on the server. */
export async function happen(world: World, number: number): Promise<void> {
  const device = world.pick(world.devices)
  let luck = world.random() * total
  for (const [weight, event] of events) {
    luck -= weight
    if (luck >= 0) continue
    await event(world, device, number)
    return
  }
}

function roomFor({ server, pick }: World, userId: string): string {
  return pick([...server.rooms.values()].filter(({ members }) => members.includes(userId))).doc._id
}

function send({ sent }: World, { client }: Device, number: number): void {
  const { chat, outbox, session } = client
  if (!chat.currentChannel) return
  chat.send(`text ${number} of ${session.user?.id}`)
  const { id } = outbox.entries[outbox.entries.length - 1]!
  sent.set(id, { isDeleted: false })
}

function postByOther(world: World, _device: Device, number: number): void {
  const { server, pick } = world
  const roomId = pick([...server.rooms.keys()])
  const { members } = server.room(roomId)
  server.post(pick(members), roomId, `posted ${number} @${pick(members)}`)
}

function someMessage({ server, pick }: World): { roomId: string; id: string } | undefined {
  const roomId = pick([...server.rooms.keys()])
  const messages = server.messagesOf(roomId)
  return messages.length === 0 ? undefined : { roomId, id: pick(messages)._id }
}

function editByOther(world: World, _device: Device, number: number): void {
  const found = someMessage(world)
  if (found) world.server.edit(found.roomId, found.id, { msg: `edited ${number}` })
}

/**
 * Not a message that its author's device does not know to have arrived: the server keeps no trace by id of what is deleted, so
 * that device must send it again.
 */
function removeByOther(world: World): void {
  const found = someMessage(world)
  const isOnItsWay = world.devices.some(({ client }) => client.outbox.find(found?.id ?? ''))
  if (found && !isOnItsWay) world.server.remove(found.roomId, found.id)
}

function ownRow({ pick }: World, { client }: Device): Row | undefined {
  const own = client.rows().filter(({ isOwn, kind }) => isOwn && kind === 'message')
  return own.length === 0 ? undefined : pick(own)
}

function editOwn(world: World, device: Device, number: number): void {
  const row = ownRow(world, device)
  if (row) device.client.chat.editMessage(row.id, `edited ${number}`)
}

function removeOwn(world: World, device: Device): void {
  const row = ownRow(world, device)
  if (!row) return
  const sent = world.sent.get(row.id)
  if (sent) sent.isDeleted = true
  device.client.chat.deleteMessage(row.id)
}

function react(world: World, { client }: Device): void {
  const rows = client.rows().filter(({ id }) => isStored(world, client, id))
  if (rows.length > 0) {
    client.chat.react(world.pick(rows).id, world.pick(emojis), world.random() < 0.6)
  }
}

function cut({ clock }: World, device: Device): void {
  device.disturbedAt = Math.max(device.disturbedAt, clock.now())
  device.client.realtime.cut()
}

function goLive({ clock }: World, device: Device): void {
  const { realtime } = device.client
  if (realtime.state === 'live') return
  device.disturbedAt = Math.max(device.disturbedAt, clock.now())
  realtime.goLive()
}

function open(world: World, device: Device): void {
  const { chat, session } = device.client
  device.disturbedAt = Math.max(device.disturbedAt, world.clock.now())
  chat.openChannel(roomFor(world, session.user!.id))
}

/** The token ends in the middle of whatever is going on; a renewed one is taken. */
function rejectToken({ clock }: World, device: Device): void {
  const { realtime } = device.client
  if (realtime.state !== 'live') return
  device.disturbedAt = Math.max(device.disturbedAt, clock.now())
  realtime.reject()
}
