import { stringifyEjson } from '../ejson'
import { notAllowed, type Publication } from './publication'

const stateKey = 'user-presence'
const maxWatched = 10_000

const maxIdLength = 64

const isId = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= maxIdLength

const namesOf = (value: unknown): string[] =>
  Array.isArray(value) ? (value as unknown[]).filter(isId) : []

const changeList = (watched: Set<string>, option: unknown): void => {
  if (typeof option !== 'object' || option === null) return
  const { added, removed } = option as { added?: unknown; removed?: unknown }
  for (const uid of namesOf(added)) if (watched.size < maxWatched) watched.add(uid)
  for (const uid of namesOf(removed)) watched.delete(uid)
}

/**
 * `stream-user-presence`: the first sub of a connection stays open; later ones change whom it watches and end at once
 * without an error (protocol reference 2.5).
 */
export const presencePublication: Publication = (context, [, option]) => {
  if (context.user === undefined) throw notAllowed()
  const open = context.connectionState.get(stateKey)
  if (open instanceof Set) {
    changeList(open as Set<string>, option)
    return 'ended'
  }
  const watched = new Set<string>()
  changeList(watched, option)
  context.connectionState.set(stateKey, watched)
  const unwatch = context.app.presence.watch((uid, args) => {
    if (!watched.has(uid) || context.app.settings.flag('Presence_broadcast_disabled')) return
    const fields = { uid, args, eventName: uid }
    const collection = 'stream-user-presence'
    context.send(stringifyEjson({ msg: 'changed', collection, id: uid, fields }))
  })
  return {
    stop: () => {
      context.connectionState.delete(stateKey)
      unwatch()
    },
  }
}
