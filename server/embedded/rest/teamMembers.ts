import { Type } from 'typebox'
import type { App } from '../app'
import type { TeamDoc } from '../documents'
import {
  addTeamMembers,
  mainRoomOf,
  removeTeamMember,
  updateTeamMember,
} from '../domain/teamMembers'
import { membersOf, type Member, type MemberFilter } from '../domain/roomMembers'
import { isTeamMember } from '../domain/teams'
import { TextError } from '../errors'
import { userGet, userPost, type Endpoint } from './endpoint'
import { pageOf, pagingFields } from './paging'
import { ofTeam, permittedTeam, teamOf } from './teamSelector'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const optionalText = Type.Optional(Type.String())

const roles = Type.Optional(
  Type.Array(
    Type.Union([Type.Literal('owner'), Type.Literal('moderator'), Type.Literal('leader')]),
    { maxItems: 3 },
  ),
)
const member = Type.Object({ userId: text, roles }, strict)

const listQuery = ofTeam({
  status: Type.Optional(Type.Array(Type.String())),
  username: optionalText,
  name: optionalText,
  ...pagingFields,
})

const contains = (whole: string, part: string | undefined): boolean =>
  part === undefined || whole.toLowerCase().includes(part.toLowerCase())

const card = (app: App, team: TeamDoc, { user, subscription }: Member): object => {
  const { _id, username, name, avatarETag } = user
  const shown = {
    user: { _id, username, name, status: app.presence.statusOf(user), avatarETag },
    // Who made the team or came by a link was added by nobody else.
    createdBy: subscription.addedBy ?? team.createdBy,
    createdAt: subscription.ts,
  }
  return subscription.roles === undefined ? shown : { ...shown, roles: subscription.roles }
}

const list = userGet('teams.members', { query: listQuery }, ({ app, user, query }) => {
  const team = teamOf(app, query)
  const filter: MemberFilter = {}
  if (query.status !== undefined) filter.status = query.status
  const sees =
    isTeamMember(app, team, user._id) || app.permissions.has(user, 'view-all-teams', team.roomId)
  const everybody = sees ? membersOf(app, mainRoomOf(app, team), filter) : []
  const found = everybody.filter(
    (one) =>
      one.user.active &&
      contains(one.user.username, query.username) &&
      contains(one.user.name, query.name),
  )
  const { items, ...page } = pageOf(found, query)
  return { members: items.map((one) => card(app, team, one)), ...page }
})

const add = userPost(
  'teams.addMembers',
  { body: ofTeam({ members: Type.Array(member, { minItems: 1, maxItems: 1000 }) }) },
  ({ app, user, body }) => {
    const team = permittedTeam(app, body, user, ['add-team-member', 'edit-team-member'])
    addTeamMembers(app, team, user, body.members)
    return {}
  },
)

const update = userPost('teams.updateMember', { body: ofTeam({ member }) }, (call) => {
  const { app, user, body } = call
  const team = permittedTeam(app, body, user, ['edit-team-member'])
  updateTeamMember(app, team, body.member)
  return {}
})

const rooms = Type.Optional(Type.Array(text, { minItems: 1, maxItems: 1000 }))

const remove = userPost('teams.removeMember', { body: ofTeam({ userId: text, rooms }) }, (call) => {
  const { app, user, body } = call
  const team = permittedTeam(app, body, user, ['edit-team-member'])
  const target = app.store.users.get(body.userId)
  if (target?.active !== true) throw new TextError('invalid-user')
  removeTeamMember(app, team, user, target._id, body.rooms ?? [])
  return {}
})

const leave = userPost('teams.leave', { body: ofTeam({ rooms }) }, ({ app, user, body }) => {
  removeTeamMember(app, teamOf(app, body), user, user._id, body.rooms ?? [])
  return {}
})

/** Who belongs to teams (protocol reference 3.17). */
export const teamMemberEndpoints: readonly Endpoint[] = [list, add, update, remove, leave]
