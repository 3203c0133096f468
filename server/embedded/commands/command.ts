import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'

/** A slash command that somebody gave in a room. */
export type CommandCall = {
  app: App
  user: UserDoc
  room: RoomDoc
  /** What stands behind the command's name. */
  params: string
  /** The thread that it was given in. */
  tmid: string | undefined
}

/** What clients know of a command (protocol reference 3.15 and 4.6); `description` and `params` are keys or hints. */
export type SlashCommand = {
  command: string
  description: string
  params?: string
  permission?: string | string[]
  clientOnly?: true
  /** Absent for commands that clients run by themselves. What it throws is shown to the caller as a line in the room. */
  run?(call: CommandCall): void
}

/** Says something to the caller alone. */
export const tell = ({ app, user, room }: CommandCall, text: string): void =>
  app.events.ephemeral(user._id, room._id, text, new Date(app.clock.now()))
