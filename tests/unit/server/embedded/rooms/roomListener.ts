import type { RoomDoc, SubscriptionDoc, UserDoc } from '../../../../../server/embedded/documents'
import { createNamedRoom } from '../../../../../server/embedded/domain/createRoom'
import { useUsers } from '../appSupport'
import type { Heard, TestApp } from '../support'

/** What bob hears, in the order in which it came. */
export type RoomListener = {
  /** Messages of one room. */
  messages: Heard[]
  subs: Heard[]
  rooms: Heard[]
  /** The newest change of a subscription. */
  sub(): [string, SubscriptionDoc]
}

export type HeardRoom = {
  test: TestApp
  ann: UserDoc
  bob: UserDoc
  room: RoomDoc
  heard: RoomListener
}

/** For each test a channel of ann with bob, who listens from then on. */
export const useHeardRoom = (name: string, opened: (workspace: HeardRoom) => void): void =>
  useUsers(['ann', 'bob'], ({ test, ann, bob }) => {
    const room = createNamedRoom(test.app, { t: 'c', name, owner: ann, members: [bob] })
    const subs = test.hear('notify-user', `${bob._id}/subscriptions-changed`)
    const heard: RoomListener = {
      messages: test.hear('room-messages', room._id),
      subs,
      rooms: test.hear('notify-user', `${bob._id}/rooms-changed`),
      sub: () => subs.at(-1)!.args as [string, SubscriptionDoc],
    }
    opened({ test, ann, bob, room, heard })
  })

/** The type of each message; undefined where somebody wrote it. */
export const typesOf = (messages: readonly Heard[]): (string | undefined)[] =>
  messages.map(({ args }) => (args[0] as { t?: string }).t)

/** What happened to each document: inserted, updated or removed. */
export const kindsOf = (changes: readonly Heard[]): unknown[] => changes.map(({ args }) => args[0])
