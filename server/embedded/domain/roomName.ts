import type { App } from '../app'
import { MeteorError } from '../errors'

/**
 * Checks a name that a room is to have.
 * @throws MeteorError `error-invalid-room-name`, `error-duplicate-channel-name`, `error-archived-duplicate-name`
 * (protocol reference 3.8).
 */
export const checkRoomName = (app: App, name: string): void => {
  const details = { function: 'RocketChat.getValidRoomName', channel_name: name }
  if (!/^[0-9a-zA-Z\-_.]{1,120}$/.test(name)) {
    throw new MeteorError('error-invalid-room-name', `${name} is not a valid room name.`, details)
  }
  const existing = app.store.rooms.byName(name)
  if (existing === undefined) return
  const [code, text] =
    existing.archived === true
      ? ['error-archived-duplicate-name', `There's an archived channel with name ${name}`]
      : ['error-duplicate-channel-name', `A channel with name '${name}' exists`]
  throw new MeteorError(code, text, details)
}
