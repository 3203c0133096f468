import { MeteorError } from '../errors'
import type { Method, MethodCaller } from './method'
import { historyMethods } from './methods/history'
import { listMethods } from './methods/lists'
import { messageMethods } from './methods/messages'
import { presenceMethods } from './methods/presence'
import { roomMethods } from './methods/rooms'
import { sessionMethods } from './methods/session'
import { streamMethods } from './methods/streams'

/** Every method by its name; a new group adds its table here. */
const methods: ReadonlyMap<string, Method> = new Map([
  ...Object.entries(sessionMethods),
  ...Object.entries(messageMethods),
  ...Object.entries(historyMethods),
  ...Object.entries(roomMethods),
  ...Object.entries(listMethods),
  ...Object.entries(presenceMethods),
  ...Object.entries(streamMethods),
])

/** Whether a method of this name exists. */
export const hasMethod = (name: string): boolean => methods.has(name)

/**
 * Calls a method by name.
 * @throws MeteorError 404 for an unknown one, and what the method itself refuses.
 */
export const callMethod = (
  caller: MethodCaller,
  name: string,
  params: readonly unknown[],
): unknown => {
  const method = methods.get(name)
  if (method === undefined) throw new MeteorError(404, `Method '${name}' not found`)
  return method(caller, params)
}
