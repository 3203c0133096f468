import type { App } from '../app'
import type { RoomDoc, TeamDoc, UserDoc } from '../documents'
import { MeteorError, TextError } from '../errors'
import { randomId } from '../ids'
import { changeRoom } from './changes'
import { createNamedRoom, type NamedRoom } from './createRoom'
import { addSystemMessage } from './systemMessage'

/** A team as it is asked for (protocol reference 3.17). */
export type NewTeam = {
  name: string
  /** 0 is public, 1 is private. */
  type: 0 | 1
  members: readonly UserDoc[]
  owner: UserDoc
  /** What its main room is to be like. */
  room: Pick<NamedRoom, 'readOnly' | 'topic' | 'description' | 'broadcast'>
}

const insertTeam = (app: App, creator: UserDoc, name: string, type: 0 | 1, room: RoomDoc) => {
  const team: TeamDoc = {
    _id: room.teamId ?? randomId(),
    name,
    type,
    roomId: room._id,
    createdBy: { _id: creator._id, username: creator.username },
    createdAt: new Date(app.clock.now()),
    _updatedAt: app.store.stamps.next(),
  }
  app.store.teams.insert(team)
  return team
}

/** @throws TextError `team-name-already-exists`: people and teams share their names. */
const checkTeamName = (app: App, name: string): void => {
  const taken =
    app.store.teams.byName(name) !== undefined || app.store.users.byUsername(name) !== undefined
  if (taken) throw new TextError('team-name-already-exists')
}

/**
 * Creates a team with its main room.
 * @throws TextError `team-name-already-exists`, `room-name-already-exists`, `error-team-creation` for an unusable name.
 */
export const createTeam = (app: App, creator: UserDoc, input: NewTeam): TeamDoc => {
  checkTeamName(app, input.name)
  if (app.store.rooms.byName(input.name) !== undefined) {
    throw new TextError('room-name-already-exists')
  }
  const t = input.type === 1 ? 'p' : 'c'
  const { name, owner, members } = input
  const named: NamedRoom = { ...input.room, t, name, owner, members }
  named.teamId = randomId()
  named.teamMain = true
  try {
    return app.store.write(() =>
      insertTeam(app, creator, name, input.type, createNamedRoom(app, named)),
    )
  } catch (error) {
    if (error instanceof MeteorError) throw new TextError('error-team-creation')
    throw error
  }
}

/**
 * Makes a room the main room of a new team that has its name and its people.
 * @throws TextError `invalid-room`, `team-name-already-exists`.
 */
export const convertToTeam = (app: App, actor: UserDoc, room: RoomDoc): TeamDoc => {
  const { name } = room
  if (name === undefined || room.prid !== undefined) throw new TextError('invalid-room')
  checkTeamName(app, name)
  if (room.teamId !== undefined) throw new TextError('room-already-on-team')
  return app.store.write(() => {
    const main = changeRoom(app, room, (draft) => {
      draft.teamId = randomId()
      draft.teamMain = true
    })
    const team = insertTeam(app, actor, name, room.t === 'p' ? 1 : 0, main)
    addSystemMessage(app, main, 'user-converted-to-team', actor, name)
    return team
  })
}
