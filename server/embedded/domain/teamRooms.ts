import type { App } from '../app'
import type { RoomDoc, TeamDoc, UserDoc } from '../documents'
import { TextError, notAllowed } from '../errors'
import { changeRoom } from './changes'
import { admit } from './createRoom'
import { eraseRoom } from './deleteRoom'
import { canAccessRoom } from './roomAccess'
import { addSystemMessage } from './systemMessage'
import { mainRoomOf } from './teamMembers'
import { releaseTeamRooms, teamRooms, tellTeam } from './teams'

/** A room that may join a team. @throws TextError `invalid-room`, `room-already-on-team`, `error-no-owner-channel`. */
const candidate = (app: App, actor: UserDoc, rid: string): RoomDoc => {
  const room = app.store.rooms.get(rid)
  const named = room?.t === 'c' || room?.t === 'p'
  if (room === undefined || !named || !canAccessRoom(app, room, actor)) {
    throw new TextError('invalid-room')
  }
  if (room.teamId !== undefined) throw new TextError('room-already-on-team')
  const roles = app.store.subscriptions.get(rid, actor._id)?.roles ?? []
  if (!roles.includes('owner')) throw new TextError('error-no-owner-channel')
  return room
}

/**
 * Puts rooms into a team (protocol reference 3.17). Their people stay theirs.
 * @throws TextError `invalid-room`, `room-already-on-team`, `error-no-owner-channel`; then none of them is moved.
 */
export const addTeamRooms = (
  app: App,
  team: TeamDoc,
  actor: UserDoc,
  rids: readonly string[],
): RoomDoc[] => {
  const rooms = [...new Set(rids)].map((rid) => candidate(app, actor, rid))
  return app.store.write(() =>
    rooms.map((room) => {
      const moved = changeRoom(app, room, (draft) => {
        draft.teamId = team._id
      })
      // Private rooms are not named to people who may not see them.
      if (moved.t === 'c') tellTeam(app, moved, actor, 'user-added-room-to-team')
      return moved
    }),
  )
}

/** @throws TextError `invalid-room`. */
const visibleRoom = (app: App, actor: UserDoc, rid: string, any: boolean): RoomDoc => {
  const room = app.store.rooms.get(rid)
  if (room === undefined || !(any || canAccessRoom(app, room, actor))) {
    throw new TextError('invalid-room')
  }
  return room
}

/**
 * Takes a room out of its team. `any` for who may see every room of the team.
 * @throws TextError `invalid-room`, `room-not-on-that-team`.
 */
export const removeTeamRoom = (
  app: App,
  team: TeamDoc,
  actor: UserDoc,
  rid: string,
  any: boolean,
): RoomDoc => {
  const room = visibleRoom(app, actor, rid, any)
  if (room.teamId !== team._id || room.teamMain === true) {
    throw new TextError('room-not-on-that-team')
  }
  return app.store.write(() => {
    const left = changeRoom(app, room, (draft) => {
      delete draft.teamId
      delete draft.teamDefault
    })
    if (room.t === 'c') tellTeam(app, room, actor, 'user-removed-room-from-team')
    return left
  })
}

/**
 * Makes a room one that members of its team join by themselves, or ends that; those who belong to the team now join too.
 * @throws TextError `invalid-room`, `room-not-on-team`.
 */
export const setAutoJoin = (
  app: App,
  team: TeamDoc,
  actor: UserDoc,
  rid: string,
  isDefault: boolean,
  any: boolean,
): RoomDoc => {
  const room = visibleRoom(app, actor, rid, any)
  if (room.teamId !== team._id || room.teamMain === true) throw new TextError('room-not-on-team')
  return app.store.write(() => {
    let changed = changeRoom(app, room, (draft) => {
      draft.teamDefault = isDefault
    })
    if (!isDefault) return changed
    for (const { user, subscription } of app.store.subscriptions.members(team.roomId)) {
      if (subscription.status === undefined && user.active) {
        changed = admit(app, changed, user, actor)
      }
    }
    return changed
  })
}

/** Deletes those of a team's rooms that are named. @throws MeteorError `error-not-allowed` for one that the user may not. */
const eraseNamed = (app: App, team: TeamDoc, actor: UserDoc, rids: readonly string[]): void => {
  for (const room of teamRooms(app, team)) {
    if (!rids.includes(room._id)) continue
    if (!app.permissions.has(actor, `delete-${room.t}`, room._id)) {
      throw notAllowed('eraseRoom')
    }
    eraseRoom(app, room)
  }
}

type TeamEnd = (app: App, team: TeamDoc, actor: UserDoc, roomsToRemove: readonly string[]) => void

/** Ends a team: the named rooms are deleted, then comes what becomes of the others. */
const ending =
  (rest: (app: App, team: TeamDoc, actor: UserDoc) => void): TeamEnd =>
  (app, team, actor, roomsToRemove) =>
    app.store.write(() => {
      eraseNamed(app, team, actor, roomsToRemove)
      rest(app, team, actor)
    })

/** Deletes a team with its main room and the named ones; its other rooms are rooms of their own again. */
export const deleteTeam = ending((app, team) => {
  // The team goes with its main room.
  eraseRoom(app, mainRoomOf(app, team))
})

/** Ends a team: its main room becomes an ordinary room with the same people. */
export const convertToChannel = ending((app, team, actor) => {
  releaseTeamRooms(app, team._id)
  const main = changeRoom(app, mainRoomOf(app, team), (draft) => {
    delete draft.teamId
    delete draft.teamMain
  })
  app.store.teams.remove(team._id)
  addSystemMessage(app, main, 'user-converted-to-channel', actor, main.name ?? '')
})
