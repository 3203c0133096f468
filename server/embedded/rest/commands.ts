import { Type } from 'typebox'
import type { App } from '../app'
import type { SlashCommand } from '../commands/command'
import { commandNamed, runCommand, slashCommands } from '../commands/commands'
import type { RoomDoc, UserDoc } from '../documents'
import { accessibleRoom } from '../domain/roomAccess'
import { TextError } from '../errors'
import { userGet, userPost, type Endpoint } from './endpoint'
import { pageOf, pagingFields } from './paging'
import { sorted, sortKeys } from './sorting'

const strict = { additionalProperties: false }
const optionalText = Type.Optional(Type.String())
const unchecked = Type.Optional(Type.Unknown())

const listed = ({ command, params, description, permission, clientOnly }: SlashCommand) => {
  const card: Record<string, unknown> = { command, description }
  if (params !== undefined) card.params = params
  if (permission !== undefined) card.permission = permission
  return { ...card, clientOnly: clientOnly === true, providesPreview: false }
}

const list = userGet(
  'commands.list',
  {
    query: Type.Object(
      { sort: optionalText, query: optionalText, fields: optionalText, ...pagingFields },
      strict,
    ),
  },
  ({ query }) => {
    const keys = sortKeys(query.sort)
    const { items, ...page } = pageOf(sorted(slashCommands.map(listed), keys), query)
    return { commands: items, appsLoaded: true, ...page }
  },
)

const get = userGet(
  'commands.get',
  { query: Type.Object({ command: optionalText }, strict) },
  ({ query }) => {
    if (query.command === undefined) {
      throw new TextError('The query param "command" must be provided.')
    }
    const found = commandNamed(query.command)
    if (found === undefined) {
      throw new TextError(`There is no command in the system by the name of: ${query.command}`)
    }
    return { command: listed(found) }
  },
)

// The endpoints have texts of their own for what is missing, so the schemas only name the members.
const runBody = Type.Object(
  {
    command: unchecked,
    roomId: unchecked,
    params: unchecked,
    tmid: unchecked,
    triggerId: unchecked,
  },
  strict,
)

type RunBody = { command?: unknown; roomId?: unknown; params?: unknown; tmid?: unknown }

const notThere = 'The command provided does not exist (or is disabled).'

const roomOf = (app: App, user: UserDoc, roomId: unknown): RoomDoc => {
  if (typeof roomId !== 'string') {
    throw new TextError(
      "The room's id where to execute this command must be provided and be a string.",
    )
  }
  const room = accessibleRoom(app, roomId, user)
  if (room === undefined) throw new TextError('unauthorized', 403)
  return room
}

const threadOf = (app: App, room: RoomDoc, tmid: unknown): string | undefined => {
  if (tmid === undefined) return undefined
  if (typeof tmid !== 'string') {
    throw new TextError('The tmid parameter when provided must be a string.')
  }
  const root = app.store.messages.get(tmid)
  if (root?.rid !== room._id) throw new TextError('Invalid thread.')
  return tmid
}

const commandOf = (body: RunBody): { command: SlashCommand | undefined; params: string } => {
  const { command, params } = body
  if (typeof command !== 'string') throw new TextError('You must provide a command to run.')
  if (params !== undefined && typeof params !== 'string') {
    throw new TextError('The parameters for the command must be a single string.')
  }
  return { command: commandNamed(command), params: params ?? '' }
}

const run = userPost('commands.run', { body: runBody }, ({ app, user, body }) => {
  const { command, params } = commandOf(body)
  if (typeof body.roomId === 'string' && command === undefined) throw new TextError(notThere)
  const room = roomOf(app, user, body.roomId)
  const tmid = threadOf(app, room, body.tmid)
  if (command === undefined) throw new TextError(notThere)
  runCommand(command, { app, user, room, params, tmid })
  return {}
})

const previewQuery = Type.Object(
  { command: optionalText, roomId: optionalText, params: optionalText },
  strict,
)

/** No built-in command has previews, so asking for one finds nothing and choosing one is refused. */
const preview = userGet('commands.preview', { query: previewQuery }, ({ app, user, query }) => {
  const { command } = commandOf(query)
  if (command === undefined) throw new TextError(notThere)
  roomOf(app, user, query.roomId)
  return { preview: null }
})

const choosePreview = userPost(
  'commands.preview',
  { body: Type.Object({ ...runBody.properties, previewItem: unchecked }, strict) },
  ({ app, user, body }) => {
    commandOf(body)
    roomOf(app, user, body.roomId)
    throw new TextError(notThere)
  },
)

/** Slash commands (protocol reference 3.15). */
export const commandEndpoints: readonly Endpoint[] = [list, get, run, preview, choosePreview]
