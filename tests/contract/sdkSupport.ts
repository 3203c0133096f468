import { createHash } from 'node:crypto'
import { WebSocket } from 'ws'
import { usePeople, type RestClient, type TestServer } from '../unit/server/embedded/support'

/** A workspace in which ann and bob are in one channel. */
export type Team = { test: TestServer; ann: RestClient; bob: RestClient; rid: string }

/** A team for all tests of a file; its server is closed after them. */
export const useTeam = (opened: (team: Team) => void): void => {
  let people: Omit<Team, 'rid'>
  usePeople(['ann', 'bob'], (workspace) => (people = workspace))
  beforeAll(async () => {
    const { body } = await people.ann.post('channels.create', { name: 'team', members: ['bob'] })
    opened({ ...people, rid: (body.channel as { _id: string })._id })
  })
}

/** Every socket that a library opened since `watchSockets`, so that a test can cut one. */
export type SocketWatch = {
  /** The constructor to hand to a library. */
  Socket: typeof WebSocket
  /** Cuts the newest socket without a word. */
  cut(): void
  count(): number
}

export const watchSockets = (): SocketWatch => {
  const opened: WebSocket[] = []
  class WatchedSocket extends WebSocket {
    constructor(address: string | URL) {
      super(address)
      opened.push(this)
    }
  }
  return {
    Socket: WatchedSocket as typeof WebSocket,
    cut: () => opened.at(-1)?.terminate(),
    count: () => opened.length,
  }
}

/** The digest that clients send in place of a password (protocol reference 1.7). */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Values in the order in which they came, and waiting for those that will. */
export type Inbox<Value> = {
  put(value: Value): void
  /** The first value, of those that came or will come, which matches; it is taken out. */
  next(matches: (value: Value) => boolean): Promise<Value>
  /** Those that nobody took. */
  left(): readonly Value[]
}

export const createInbox = <Value>(): Inbox<Value> => {
  const values: Value[] = []
  const waiting = new Map<(value: Value) => boolean, (value: Value) => void>()
  return {
    put: (value) => {
      for (const [matches, resolve] of waiting) {
        if (!matches(value)) continue
        waiting.delete(matches)
        resolve(value)
        return
      }
      values.push(value)
    },
    next: (matches) => {
      const index = values.findIndex(matches)
      const [found] = index === -1 ? [] : values.splice(index, 1)
      if (found !== undefined) return Promise.resolve(found)
      return new Promise((resolve) => waiting.set(matches, resolve))
    },
    left: () => values,
  }
}
