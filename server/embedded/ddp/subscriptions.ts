import type { App } from '../app'
import { MeteorError, toDdpError } from '../errors'
import type { UserDoc } from '../documents'
import type { SubFrame } from './frames'
import type { Publishing, SubscriptionContext } from './publication'
import { publications } from './publications'

/** The active subscriptions of one connection. */
export type ConnectionSubs = {
  start(frame: SubFrame): void
  stop(id: string): void
  /** The user changed: every subscription is checked again (Meteor runs all publications anew). */
  restart(): void
  stopAll(): void
}

type Active = { frame: SubFrame; stop: () => void }

type Options = {
  app: App
  connectionId: string
  user: () => UserDoc | undefined
  send: (frame: string) => void
}

const maxSubs = 5000

export const createConnectionSubs = (options: Options): ConnectionSubs => {
  const { app, send } = options
  const active = new Map<string, Active>()
  const connectionState = new Map<string, unknown>()
  const answer = (frame: object): void => send(JSON.stringify(frame))
  const open = (frame: SubFrame): Publishing | 'ended' => {
    const publication = publications.get(frame.name)
    if (publication === undefined) {
      throw new MeteorError(404, `Subscription '${frame.name}' not found`)
    }
    if (active.size >= maxSubs) throw new MeteorError('too-many-requests', 'Too many subscriptions')
    const context: SubscriptionContext = {
      app,
      user: options.user(),
      connectionId: options.connectionId,
      connectionState,
      send,
    }
    return publication(context, frame.params)
  }
  const start = (frame: SubFrame, ready: boolean): void => {
    try {
      const opened = open(frame)
      if (opened === 'ended') {
        answer({ msg: 'nosub', id: frame.id })
        return
      }
      active.set(frame.id, { frame, stop: opened.stop })
      if (ready) answer({ msg: 'ready', subs: [frame.id] })
    } catch (error) {
      answer({ msg: 'nosub', id: frame.id, error: toDdpError(error) })
    }
  }
  const takeAll = (): Active[] => {
    const all = [...active.values()]
    active.clear()
    for (const one of all) one.stop()
    return all
  }
  return {
    start: (frame) => {
      // An id in use is ignored: neither ready nor nosub (protocol reference 1.2, rule 2).
      if (!active.has(frame.id)) start(frame, true)
    },
    stop: (id) => {
      active.get(id)?.stop()
      active.delete(id)
      answer({ msg: 'nosub', id })
    },
    restart: () => {
      for (const { frame } of takeAll()) start(frame, false)
    },
    stopAll: () => void takeAll(),
  }
}
