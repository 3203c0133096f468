import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { createNamedRoom, openDirectRoom } from '../domain/createRoom'
import { insertUser } from '../domain/createUser'
import { insertMessages, withoutIndexes } from '../storage/bulk'
import {
  encodedMessage,
  generateMessages,
  settledMember,
  type GeneratedMessage,
} from './generatedRoom'
import { createMentions, readyTexts } from './generatedTexts'
import { createRandom, type Random } from './random'

export type Sizes = { users: number; rooms: number; messages: number; seed: number }

const dayMs = 24 * 60 * 60 * 1000
const spanMs = 90 * dayMs
/** The newest message is so old, so that nothing generated lies in the future of a client whose clock is slow. */
const newestMs = 5 * 60 * 1000
const mostMembers = 60

const families = ['王', '李', '张', '刘', '陈', '杨', 'Martin', 'Núñez', 'Schmidt', 'Okafor']
const givens = ['伟', '芳', '娜', '敏', '静', 'Ann', 'Ben', 'Carla', 'Dmitri', 'Eva']
const topics = ['项目', 'design', '运维', 'release', '市场', 'support', '财务', 'research']

const insertPeople = (app: App, count: number, tag: string, random: Random): UserDoc[] =>
  Array.from({ length: count }, (_, index) => {
    const username = `u${tag}-${index}`
    const name = `${random.pick(families)} ${random.pick(givens)}`
    const email = `${username}@example.com`
    const input = { username, name, email, verified: true, joinDefaultChannels: false }
    return insertUser(app, { ...input, password: null }, null)
  })

/** Some of the people, each once. */
const someOf = (people: readonly UserDoc[], count: number, random: Random): UserDoc[] => {
  const chosen = new Set<UserDoc>()
  for (let tries = 0; chosen.size < count && tries < count * 4; tries += 1) {
    chosen.add(random.pick(people))
  }
  return [...chosen]
}

const makeRoom = (
  app: App,
  people: readonly UserDoc[],
  index: number,
  tag: string,
  random: Random,
): { room: RoomDoc; members: UserDoc[] } => {
  const [first] = people
  if (first === undefined) throw new RangeError('a room needs people')
  if (index % 5 === 4 && people.length > 1) {
    const left = people[index % people.length] ?? first
    const pair = [left, ...someOf(people, 3, random).filter((one) => one !== left)].slice(0, 2)
    const { room } = openDirectRoom(app, pair, left)
    return { room, members: pair }
  }
  const members = someOf(people, 2 + random.below(mostMembers - 2), random)
  const owner = members[0] ?? first
  const t = index % 5 === 3 ? 'p' : 'c'
  const fname = `${random.pick(topics)} ${tag}-${index}`
  const room = createNamedRoom(app, { t, name: `r${tag}-${index}`, fname, owner, members })
  return { room, members }
}

const fill = (
  app: App,
  room: RoomDoc,
  generated: readonly GeneratedMessage[],
  random: Random,
): void => {
  const rows = generated.map((one) => {
    return { message: one.message, doc: encodedMessage(one), words: one.text.words }
  })
  insertMessages(app.store.driver, rows)
  const inMain = generated.filter(({ message }) => message.tmid === undefined)
  const last = inMain.at(-1)?.message
  const current = app.store.rooms.get(room._id) ?? room
  const filled: RoomDoc = { ...current, _updatedAt: app.store.stamps.next() }
  filled.msgs += generated.length
  if (last !== undefined) Object.assign(filled, { lm: last.ts, lastMessage: last })
  app.store.rooms.update(filled)
  for (const member of app.store.subscriptions.ofRoom(room._id)) {
    app.store.subscriptions.update(settledMember(app, filled, member, generated, random))
  }
}

const shareOf = (total: number, index: number, parts: number): number =>
  Math.floor(((index + 1) * total) / parts) - Math.floor((index * total) / parts)

const roomStep = (
  app: App,
  sizes: Sizes,
  people: readonly UserDoc[],
  random: Random,
): ((index: number) => void) => {
  const texts = readyTexts(app, random)
  const mention = createMentions(app)
  const to = app.clock.now() - newestMs
  return (index) => {
    const { room, members } = makeRoom(app, people, index, String(sizes.seed), random)
    const count = shareOf(sizes.messages, index, sizes.rooms)
    const plan = { room, members, texts, mention, count, from: to - spanMs, to }
    fill(app, room, generateMessages(plan, random), random)
  }
}

/**
 * Adds people, rooms and messages to a workspace: channels, private groups and direct conversations in both languages,
 * with threads, reactions, mentions and the read states that belong to them. The same sizes give the same workspace but
 * for times and ids of accounts. Everything is one transaction: after a failure nothing of it is there.
 * @throws RangeError when this seed was generated here before.
 */
export const generate = (app: App, sizes: Sizes, progress: (rooms: number) => void): void => {
  const tag = String(sizes.seed)
  if (app.store.users.byUsername(`u${tag}-0`) !== undefined) {
    throw new RangeError(`seed ${tag} was generated here before`)
  }
  const random = createRandom(sizes.seed)
  app.store.write(() => {
    const people = insertPeople(app, sizes.users, tag, random)
    const makeOne = roomStep(app, sizes, people, random)
    withoutIndexes(app.store.driver, () => {
      for (let index = 0; index < sizes.rooms; index += 1) {
        makeOne(index)
        progress(index + 1)
      }
    })
  })
}
