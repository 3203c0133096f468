import { MeteorError, TextError } from '../errors'
import { tell, type CommandCall, type SlashCommand } from './command'
import { peopleCommands } from './people'
import { roomCommands } from './rooms'
import { textCommands } from './texts'

/** The built-in slash commands, by name; a new group adds its list here. */
export const slashCommands: readonly SlashCommand[] = [
  ...textCommands,
  ...roomCommands,
  ...peopleCommands,
].sort((a, b) => (a.command < b.command ? -1 : 1))

export const commandNamed = (name: string): SlashCommand | undefined =>
  slashCommands.find(({ command }) => command === name.toLowerCase())

const mayRun = ({ app, user, room }: CommandCall, command: SlashCommand): boolean => {
  const { permission } = command
  if (permission === undefined) return true
  const permissions = typeof permission === 'string' ? [permission] : permission
  return app.permissions.hasAny(user, permissions, room._id)
}

/**
 * Runs a command. What it refuses is told to the caller as a line in the room, as in Rocket.Chat.
 * @throws TextError for a command without an action on the server; MeteorError `error-not-allowed` without permission.
 */
export const runCommand = (command: SlashCommand, call: CommandCall): void => {
  if (command.run === undefined) {
    throw new TextError('The command provided does not exist (or is disabled).')
  }
  if (!mayRun(call, command)) {
    const text = 'You are not authorized to use this command'
    throw new MeteorError('error-not-allowed', text, { method: 'slashCommand' })
  }
  try {
    command.run(call)
  } catch (error) {
    if (error instanceof MeteorError) tell(call, error.reason ?? error.message)
    else if (error instanceof TextError) tell(call, error.message)
    else throw error
  }
}
