import { demoPeople } from '../../demo/people'
import type { App } from '../app'
import type { UserDoc } from '../documents'
import { createNamedRoom, joinRoom, openDirectRoom } from '../domain/createRoom'
import { insertUser } from '../domain/createUser'
import {
  auroraLines,
  designLines,
  directLines,
  generalLines,
  groupDirectLines,
  lunchLines,
  type Line,
} from './conversations'
import { fillRoom, type Fill } from './fillRoom'
import { createRandom, type Random } from './random'
import { chatterLines, releaseLines } from './releaseNotes'

const seed = 20260518
const releaseCount = 1050
const hourMs = 60 * 60 * 1000

type DemoRoom = {
  t: 'c' | 'p'
  name: string
  fname: string
  topic: string
  members: readonly string[]
  lines: readonly Line[]
  /** Everyday lines before the written ones. */
  chatter: number
  spanHours: number
  /** How many of the last messages alice has not seen. */
  unseen: number
}

const everybody = demoPeople.map((person) => person.username)

const rooms: readonly DemoRoom[] = [
  {
    t: 'c',
    name: 'project-aurora',
    fname: '极光项目讨论',
    topic: '移动端新版本 · mobile release',
    members: everybody,
    lines: auroraLines,
    chatter: 90,
    spanHours: 120,
    unseen: 4,
  },
  {
    t: 'c',
    name: 'lunch',
    fname: '午饭吃什么',
    topic: '🍜',
    members: everybody,
    lines: lunchLines,
    chatter: 20,
    spanHours: 96,
    unseen: 3,
  },
  {
    t: 'p',
    name: 'design-team',
    fname: '设计组 Design',
    topic: '',
    members: ['wangfang', 'alice', 'carlos', 'xiaoming'],
    lines: designLines,
    chatter: 30,
    spanHours: 100,
    unseen: 0,
  },
  {
    t: 'c',
    name: 'book-club',
    fname: '读书会',
    topic: '每月一本',
    members: everybody,
    lines: [],
    chatter: 0,
    spanHours: 24,
    unseen: 0,
  },
]

const directPairs: readonly (readonly [string, string])[] = [
  ['alice', 'bob'],
  ['alice', 'xiaoming'],
  ['alice', 'wangfang'],
  ['bob', 'carlos'],
  ['xiaoming', 'zhangwei'],
]

type People = ReadonlyMap<string, UserDoc>

const personOf = (people: People, username: string): UserDoc => {
  const person = people.get(username)
  if (person === undefined) throw new Error(`no demo person ${username}`)
  return person
}

const insertPeople = (app: App): People =>
  new Map(
    demoPeople.map(({ username, name, email }) => {
      const input = { username, name, email, verified: true, joinDefaultChannels: false }
      return [username, insertUser(app, { ...input, password: null }, null)]
    }),
  )

const seedRooms = (app: App, people: People, random: Random): void => {
  for (const demo of rooms) {
    const members = demo.members.map((name) => personOf(people, name))
    const [owner] = members
    if (owner === undefined) continue
    const { t, name, fname, topic } = demo
    const room = createNamedRoom(app, { t, name, fname, topic, owner, members })
    const lines = [...chatterLines(demo.chatter, demo.members, random), ...demo.lines]
    const fill: Fill = { people, lines, spanMs: demo.spanHours * hourMs, unseen: new Map() }
    if (demo.unseen > 0) fill.unseen.set('alice', demo.unseen)
    fillRoom(app, room, fill, random)
  }
}

const seedReleases = (app: App, people: People, random: Random): void => {
  const members = [...people.values()]
  const [owner] = members
  if (owner === undefined) return
  const name = 'release-notes'
  const fname = '发布日志 Releases'
  const room = createNamedRoom(app, { t: 'c', name, fname, owner, members })
  const lines = releaseLines(releaseCount, everybody, random)
  fillRoom(app, room, { people, lines, spanMs: 14 * 24 * hourMs, unseen: new Map() }, random)
}

const seedGeneral = (app: App, people: People, random: Random): void => {
  let room = app.store.rooms.get('GENERAL')
  if (room === undefined) return
  for (const person of people.values()) room = joinRoom(app, room, person, true)
  const lines = [...chatterLines(40, everybody, random), ...generalLines]
  fillRoom(app, room, { people, lines, spanMs: 130 * hourMs, unseen: new Map() }, random)
}

const seedDirects = (app: App, people: People, random: Random): void => {
  directPairs.forEach((pair, index) => {
    const users = pair.map((name) => personOf(people, name))
    const { room } = openDirectRoom(app, users, personOf(people, pair[0]))
    const lines = [...chatterLines(12, pair, random), ...(directLines[index] ?? [])]
    const unseen = new Map(pair[1] === 'xiaoming' ? [['alice', 2]] : [])
    fillRoom(app, room, { people, lines, spanMs: 72 * hourMs, unseen }, random)
  })
  const three = ['alice', 'bob', 'wangfang'].map((name) => personOf(people, name))
  const { room } = openDirectRoom(app, three, personOf(people, 'alice'))
  const fill = { people, lines: groupDirectLines, spanMs: 20 * hourMs, unseen: new Map() }
  fillRoom(app, room, fill, random)
}

/**
 * Fills a workspace that has none of the demo people yet, in one transaction. The texts are always the same; their
 * times count back from now.
 */
export const seedDemo = (app: App): void => {
  if (everybody.some((name) => app.store.users.byUsername(name) !== undefined)) return
  app.store.write(() => {
    const random = createRandom(seed)
    const people = insertPeople(app)
    seedGeneral(app, people, random)
    seedRooms(app, people, random)
    seedReleases(app, people, random)
    seedDirects(app, people, random)
  })
}
