import { Type, type TProperties } from 'typebox'
import type { App } from '../app'
import type { TeamDoc, UserDoc } from '../documents'
import { TextError } from '../errors'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })

/** A schema whose object names a team by `teamId` or by `teamName` (protocol reference 3.17). */
export const ofTeam = <Fields extends TProperties>(fields: Fields) =>
  Type.Union([
    Type.Object({ teamId: text, ...fields }, strict),
    Type.Object({ teamName: text, ...fields }, strict),
  ])

export type TeamSelector = { teamId: string } | { teamName: string }

export const findTeam = (app: App, selector: TeamSelector): TeamDoc | undefined =>
  'teamId' in selector
    ? app.store.teams.get(selector.teamId)
    : app.store.teams.byName(selector.teamName)

/** @throws TextError `team-does-not-exist`. */
export const teamOf = (app: App, selector: TeamSelector): TeamDoc => {
  const team = findTeam(app, selector)
  if (team === undefined) throw new TextError('team-does-not-exist')
  return team
}

/**
 * The team, when the user holds one of the permissions in its main room.
 * @throws TextError `team-does-not-exist`; `refusal` with status 403.
 */
export const permittedTeam = (
  app: App,
  selector: TeamSelector,
  user: UserDoc,
  permissions: readonly string[],
  refusal = 'unauthorized',
): TeamDoc => {
  const team = teamOf(app, selector)
  if (!app.permissions.hasAny(user, permissions, team.roomId)) throw new TextError(refusal, 403)
  return team
}
