import type { App } from '../app'
import { MeteorError, toDdpError } from '../errors'
import type { UserDoc } from '../documents'
import type { SubFrame } from './frames'
import type { Publishing, SubscriptionContext } from './publication'
import { publications } from './publications'

/** The active subscriptions of one connection. */
export type ConnectionSubs = {
  /** `size` is the length of the frame, in characters: what the subscription keeps in memory. */
  start(frame: SubFrame, size: number): void
  stop(id: string): void
  /** The user changed: every subscription is checked again (Meteor runs all publications anew). */
  restart(): void
  stopAll(): void
}

type Active = { frame: SubFrame; size: number; stop: () => void }

type Options = {
  app: App
  connectionId: string
  user: () => UserDoc | undefined
  send: (frame: string) => void
}

const maxSubs = 5000
const maxSubsSize = 4 * 1024 * 1024

export const createConnectionSubs = (options: Options): ConnectionSubs => {
  const { app, send } = options
  const active = new Map<string, Active>()
  const connectionState = new Map<string, unknown>()
  const answer = (frame: object): void => send(JSON.stringify(frame))
  let activeSize = 0
  const open = (frame: SubFrame, size: number): Publishing | 'ended' => {
    const publication = publications.get(frame.name)
    if (publication === undefined) {
      throw new MeteorError(404, `Subscription '${frame.name}' not found`)
    }
    const full = active.size >= maxSubs || activeSize + size > maxSubsSize
    if (full) throw new MeteorError('too-many-requests', 'Too many subscriptions')
    const context: SubscriptionContext = {
      app,
      user: options.user(),
      connectionId: options.connectionId,
      connectionState,
      send,
    }
    return publication(context, frame.params)
  }
  const start = (frame: SubFrame, size: number, ready: boolean): void => {
    try {
      const opened = open(frame, size)
      if (opened === 'ended') {
        answer({ msg: 'nosub', id: frame.id })
        return
      }
      active.set(frame.id, { frame, size, stop: opened.stop })
      activeSize += size
      if (ready) answer({ msg: 'ready', subs: [frame.id] })
    } catch (error) {
      answer({ msg: 'nosub', id: frame.id, error: toDdpError(error) })
    }
  }
  const takeAll = (): Active[] => {
    const all = [...active.values()]
    active.clear()
    activeSize = 0
    for (const one of all) one.stop()
    return all
  }
  return {
    start: (frame, size) => {
      // An id in use is ignored: neither ready nor nosub (protocol reference 1.2, rule 2).
      if (!active.has(frame.id)) start(frame, size, true)
    },
    stop: (id) => {
      const ended = active.get(id)
      if (ended !== undefined) {
        ended.stop()
        active.delete(id)
        activeSize -= ended.size
      }
      answer({ msg: 'nosub', id })
    },
    restart: () => {
      for (const { frame, size } of takeAll()) start(frame, size, false)
    },
    stopAll: () => void takeAll(),
  }
}
