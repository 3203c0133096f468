import type { Message } from '../../src/rocketchat/types'

/** What one person wants a message to be, as far as the person's own device has accepted it. */
type Wanted = {
  id: string
  roomId: string
  author: string
  text: string
  isDeleted: boolean
  /** By emoji and person: whether the reaction shall be there. */
  reactions: Map<string, boolean>
}

/** What has to be on the server when everything that was accepted has arrived, whatever went wrong on the way. */
export type Model = {
  /** Earlier runs have left these. */
  found(messages: readonly Message[]): void
  sent(wanted: Pick<Wanted, 'id' | 'roomId' | 'author' | 'text'>): void
  edited(id: string, text: string): void
  deleted(id: string): void
  reacted(id: string, emoji: string, username: string, isThere: boolean): void
  readonly messageCount: number
  /** @returns a sentence for each difference; none when everything is as wanted */
  differences(roomId: string, stored: readonly Message[]): string[]
}

export function createModel(): Model {
  const byId = new Map<string, Wanted>()
  const foundIds = new Set<string>()

  function compareOne(wanted: Wanted, copies: readonly Message[]): string[] {
    const { id, text, isDeleted, reactions } = wanted
    if (isDeleted) return copies.length === 0 ? [] : [`${id} "${text}" was deleted and is there`]
    const [stored] = copies
    if (!stored) return [`${id} "${text}" is lost`]
    if (copies.length > 1) return [`${id} "${text}" is there ${copies.length} times`]
    const problems = stored.text === text ? [] : [`${id} is "${stored.text}", not "${text}"`]
    for (const [key, isThere] of reactions) {
      const [emoji = '', username = ''] = key.split(' ')
      const names = stored.reactions?.find((one) => one.emoji === emoji)?.usernames ?? []
      if (names.includes(username) !== isThere) {
        problems.push(`${id} "${text}": ${emoji} of ${username} ${isThere ? 'is lost' : 'stayed'}`)
      }
    }
    return problems
  }

  return {
    found: (messages) => messages.forEach(({ id }) => foundIds.add(id)),
    sent: (wanted) =>
      void byId.set(wanted.id, { ...wanted, isDeleted: false, reactions: new Map() }),
    edited(id, text) {
      const wanted = byId.get(id)
      if (wanted && !wanted.isDeleted) wanted.text = text
    },
    deleted(id) {
      const wanted = byId.get(id)
      if (wanted) wanted.isDeleted = true
    },
    reacted(id, emoji, username, isThere) {
      byId.get(id)?.reactions.set(`${emoji} ${username}`, isThere)
    },
    get messageCount() {
      return byId.size
    },
    differences(roomId, stored) {
      const wanted = [...byId.values()].filter((one) => one.roomId === roomId)
      const problems = wanted.flatMap((one) =>
        compareOne(
          one,
          stored.filter(({ id }) => id === one.id),
        ),
      )
      for (const { id, text } of stored) {
        if (!byId.has(id) && !foundIds.has(id))
          problems.push(`${id} "${text}" is there and nobody sent it`)
      }
      const order = stored.map(({ id }) => id)
      for (const author of new Set(wanted.map((one) => one.author))) {
        const own = wanted.filter((one) => one.author === author && order.includes(one.id))
        const places = own.map(({ id }) => order.indexOf(id))
        if (places.some((place, index) => index > 0 && place < places[index - 1]!)) {
          problems.push(`messages of ${author} are in the wrong order`)
        }
      }
      return problems
    },
  }
}
