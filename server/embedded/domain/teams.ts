import type { App } from '../app'
import type { RoomDoc, TeamDoc, UserDoc } from '../documents'
import { changeRoom } from './changes'
import { addSystemMessage } from './systemMessage'

/** The rooms of a team without its main room, by name. */
export const teamRooms = (app: App, team: TeamDoc): RoomDoc[] =>
  app.store.rooms.ofTeam(team._id).filter((room) => room.teamMain !== true)

/** Whether somebody belongs to a team: to its main room. */
export const isTeamMember = (app: App, team: TeamDoc, uid: string): boolean =>
  app.store.subscriptions.isMember(team.roomId, uid)

/** A team in a list, with how many rooms and people it has (protocol reference 3.17). */
export type ListedTeam = TeamDoc & { rooms: number; numberOfUsers: number }

export const listedTeam = (app: App, team: TeamDoc): ListedTeam => ({
  ...team,
  rooms: teamRooms(app, team).length,
  numberOfUsers: app.store.subscriptions.countMembers(team.roomId),
})

/**
 * The teams of a person as `caller` may see them: of private ones only those of both; without a caller all of them.
 * `isOwner` says whether the person owns the team.
 */
export const teamsOfUser = (
  app: App,
  uid: string,
  caller?: UserDoc,
): (TeamDoc & { isOwner: boolean })[] =>
  app.store.teams
    .ofMember(uid)
    .filter(
      (team) => caller === undefined || team.type === 0 || isTeamMember(app, team, caller._id),
    )
    .map((team) => {
      const roles = app.store.subscriptions.get(team.roomId, uid)?.roles ?? []
      return { ...team, isOwner: roles.includes('owner') }
    })

/** Makes the rooms of a team rooms of their own again; the main room stays what it is. */
export const releaseTeamRooms = (app: App, teamId: string): void => {
  for (const room of app.store.rooms.ofTeam(teamId)) {
    if (room.teamMain === true) continue
    changeRoom(app, room, (draft) => {
      delete draft.teamId
      delete draft.teamDefault
    })
  }
}

/** The room through which a room's team is entered, or undefined for a room of no team and for a main room. */
const mainRoomAbove = (app: App, room: RoomDoc): RoomDoc | undefined => {
  if (room.teamId === undefined || room.teamMain === true) return undefined
  const team = app.store.teams.get(room.teamId)
  return team === undefined ? undefined : app.store.rooms.get(team.roomId)
}

type RoomLine =
  'user-added-room-to-team' | 'user-removed-room-from-team' | 'user-deleted-room-from-team'

/** Tells a team in its main room what happened to one of its rooms (5.2). */
export const tellTeam = (app: App, room: RoomDoc, actor: UserDoc, line: RoomLine): void => {
  const main = mainRoomAbove(app, room)
  if (main !== undefined) addSystemMessage(app, main, line, actor, room.name ?? '')
}

/** Gives a team the name and type of its main room. */
export const followMainRoom = (app: App, room: RoomDoc): void => {
  if (room.teamMain !== true || room.teamId === undefined) return
  const team = app.store.teams.get(room.teamId)
  if (team === undefined) return
  const type = room.t === 'p' ? 1 : 0
  const name = room.name ?? team.name
  if (team.type === type && team.name === name) return
  app.store.teams.update({ ...team, name, type, _updatedAt: app.store.stamps.next() })
  if (type !== team.type) app.events.accessChanged()
}
