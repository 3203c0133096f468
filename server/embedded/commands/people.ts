import type { RoomDoc, UserDoc } from '../documents'
import { addUsers, membershipOf, removeUser } from '../domain/membership'
import { muteUser } from '../domain/muteUser'
import { accessibleRoom } from '../domain/roomAccess'
import { tell, type CommandCall, type SlashCommand } from './command'

/** The people that are named, `@` or not; the caller is told of the ones that do not exist. */
const peopleNamed = (call: CommandCall): UserDoc[] => {
  const names = call.params
    .split(/[\s,]+/)
    .map((name) => name.replace(/^@/, ''))
    .filter((name) => name !== '')
  return names.flatMap((name) => {
    const user = call.app.store.users.byUsername(name)
    if (user === undefined) tell(call, `No user with username "${name}" was found!`)
    return user ?? []
  })
}

const invite: SlashCommand = {
  command: 'invite',
  description: 'Invite_user_to_join_channel',
  params: '@username',
  permission: 'add-user-to-joined-room',
  run: (call) => {
    const { app, room, user } = call
    const outside = peopleNamed(call).filter((one) => {
      const inside = membershipOf(app, room._id, one._id) !== undefined
      if (inside) tell(call, `@${one.username} is already in here.`)
      return !inside
    })
    if (outside.length > 0) addUsers(app, room, user, outside)
  },
}

const members = (call: CommandCall, rid: string): UserDoc[] =>
  call.app.store.subscriptions
    .memberIds(rid)
    .flatMap((uid) => call.app.store.users.get(uid) ?? [])
    .filter((member) => member.active)

/** Adds the members of one room to another; the caller must be in the one that is named. */
const inviteAll = (direction: 'from' | 'to'): SlashCommand => ({
  command: `invite-all-${direction}`,
  description: `Invite_user_to_join_channel_all_${direction}`,
  params: '#room',
  permission: ['add-user-to-joined-room', 'add-user-to-any-c-room', 'add-user-to-any-p-room'],
  run: (call) => {
    const { app, user, params } = call
    const name = params.trim().replace(/^#/, '')
    const found = app.store.rooms.byName(name)
    const other = found === undefined ? undefined : accessibleRoom(app, found._id, user)
    if (other === undefined || membershipOf(app, other._id, user._id) === undefined) {
      tell(call, `No channel with name "#${name}" was found!`)
      return
    }
    const [source, target]: [RoomDoc, RoomDoc] =
      direction === 'from' ? [other, call.room] : [call.room, other]
    addUsers(app, target, user, members(call, source._id))
    tell(call, 'Users added.')
  },
})

const kick: SlashCommand = {
  command: 'kick',
  description: 'Remove_someone_from_room',
  params: '@username',
  permission: 'remove-user',
  run: (call) => {
    const { app, user } = call
    for (const target of peopleNamed(call)) {
      const room = app.store.rooms.get(call.room._id) ?? call.room
      if (membershipOf(app, room._id, target._id) === undefined) {
        tell(call, `User @${target.username} is not in this room.`)
      } else {
        removeUser(app, room, user, target)
      }
    }
  },
}

const muting = (command: 'mute' | 'unmute'): SlashCommand => ({
  command,
  description: command === 'mute' ? 'Mute_someone_in_room' : 'Unmute_someone_in_room',
  params: '@username',
  permission: 'mute-user',
  run: (call) => {
    for (const target of peopleNamed(call)) {
      const room = call.app.store.rooms.get(call.room._id) ?? call.room
      muteUser(call.app, room, call.user, target, command === 'mute')
    }
  },
})

/** Commands about people in a room (protocol reference 3.15). */
export const peopleCommands: readonly SlashCommand[] = [
  invite,
  inviteAll('from'),
  inviteAll('to'),
  kick,
  muting('mute'),
  muting('unmute'),
]
