import type { RoomDoc } from '../documents'
import { archiveRoom } from '../domain/archiveRoom'
import { createNamedRoom } from '../domain/createRoom'
import { joinAsUser, leaveRoom, membershipOf } from '../domain/membership'
import { showRoom } from '../domain/ownSubscription'
import { accessibleRoom } from '../domain/roomAccess'
import { saveRoomSettings } from '../domain/saveRoomSettings'
import { MeteorError, notAllowed } from '../errors'
import { tell, type CommandCall, type SlashCommand } from './command'

const nameIn = (params: string): string => params.trim().replace(/^#/, '')

/** The room that is named and that the caller may know of; the one of the call when none is named. */
const roomNamed = (call: CommandCall): RoomDoc | undefined => {
  const { app, user } = call
  const name = nameIn(call.params)
  if (name === '') return call.room
  const found = app.store.rooms.byName(name)
  const room = found === undefined ? undefined : accessibleRoom(app, found._id, user)
  if (room === undefined) tell(call, `No channel with name "#${name}" was found!`)
  return room
}

const archiving = (command: 'archive' | 'unarchive'): SlashCommand => ({
  command,
  description: command === 'archive' ? 'Archive' : 'Unarchive',
  params: '#channel',
  permission: `${command}-room`,
  run: (call) => {
    const room = roomNamed(call)
    if (room === undefined) return
    const archived = command === 'archive'
    archiveRoom(call.app, room, call.user, archived)
    tell(call, `Channel with name #${room.name ?? ''} has been ${command}d successfully!`)
  },
})

const create: SlashCommand = {
  command: 'create',
  description: 'Create_A_New_Channel',
  params: '#channel',
  permission: ['create-c', 'create-p'],
  run: (call) => {
    const { app, user, params } = call
    const [first = '', second] = params.trim().split(/\s+/)
    const isPrivate = first === 'private'
    const name = nameIn(isPrivate ? (second ?? '') : first)
    if (name === '') return
    const t = isPrivate ? 'p' : 'c'
    if (!app.permissions.has(user, `create-${t}`)) {
      throw notAllowed('createRoom')
    }
    if (app.store.rooms.byName(name) !== undefined) {
      tell(call, `A channel with the name "#${name}" already exists.`)
      return
    }
    createNamedRoom(app, { t, name, owner: user, members: [] })
  },
}

const hide: SlashCommand = {
  command: 'hide',
  description: 'Hide_room',
  params: '#room',
  run: (call) => {
    const room = roomNamed(call)
    if (room === undefined) return
    const own = call.app.store.subscriptions.get(room._id, call.user._id)
    if (own === undefined) tell(call, 'You are not in this room.')
    else showRoom(call.app, own, false)
  },
}

const join: SlashCommand = {
  command: 'join',
  description: 'Join_the_given_channel',
  params: '#channel',
  permission: 'view-c-room',
  run: (call) => {
    const { app, user } = call
    const name = nameIn(call.params)
    const room = app.store.rooms.byName(name)
    if (room?.t !== 'c') {
      tell(call, `No channel with name "#${name}" was found!`)
      return
    }
    if (membershipOf(app, room._id, user._id) !== undefined) {
      throw new MeteorError('error-user-already-in-room', 'You are already in the channel')
    }
    joinAsUser(app, room, user)
  },
}

const leaving = (command: 'leave' | 'part'): SlashCommand => ({
  command,
  description: 'Leave_the_current_channel',
  permission: ['leave-c', 'leave-p'],
  run: ({ app, room, user }) => void leaveRoom(app, room, user),
})

const topic: SlashCommand = {
  command: 'topic',
  description: 'Slash_Topic_Description',
  params: 'Slash_Topic_Params',
  permission: 'edit-room',
  run: ({ app, room, user, params }) =>
    void saveRoomSettings(app, user, room, { roomTopic: params.trim() }),
}

/** Commands that do something with a room (protocol reference 3.15). */
export const roomCommands: readonly SlashCommand[] = [
  archiving('archive'),
  archiving('unarchive'),
  create,
  hide,
  join,
  leaving('leave'),
  leaving('part'),
  topic,
  // Only a client knows what it shows.
  {
    command: 'open',
    description: 'Opens_a_channel_group_or_direct_message',
    params: 'room name',
    clientOnly: true,
  },
]
