import { demoPeople } from '../../../../server/demo/people'
import { seedDemo } from '../../../../server/embedded/demo/seedDemo'
import { openTestApp, type TestApp } from './support'

let test: TestApp
beforeAll(() => {
  test = openTestApp()
  seedDemo(test.app)
})
afterAll(() => test.close())

const user = (name: string) => test.app.store.users.byUsername(name)!
const subs = (name: string) => test.app.store.subscriptions.ofUser(user(name)._id, -1)
const room = (name: string) => test.app.store.rooms.byName(name)!
const all = (rid: string) => test.app.store.messages.updatedSince(rid, -1)

describe('the demo data', () => {
  it('has the demo people, whose passwords nobody knows', () => {
    for (const { username, name } of demoPeople) {
      expect(user(username)).toMatchObject({ name, roles: ['user'] })
      expect(test.app.store.users.passwordHash(user(username)._id)).toBeNull()
    }
  })

  it('has a room with over a thousand messages of every length, in both languages', () => {
    const texts = all(room('release-notes')._id).map((message) => message.msg)
    expect(texts.length).toBeGreaterThan(1000)
    expect(texts.some((text) => text.includes('\n'))).toBe(true)
    expect(texts.some((text) => /\p{Script=Han}/u.test(text))).toBe(true)
    expect(texts.some((text) => /^\p{Emoji_Presentation}$/u.test(text))).toBe(true)
    expect(Math.max(...texts.map((text) => text.length))).toBeGreaterThan(150)
  })

  it('has a room without any message', () => {
    expect(all(room('book-club')._id)).toEqual([])
    expect(room('book-club').lastMessage).toBeUndefined()
  })

  it('leaves alice something unread of each kind', () => {
    const byName = new Map(subs('alice').map((one) => [one.name, one]))
    expect(byName.get('project-aurora')).toMatchObject({ alert: true, unread: 1, userMentions: 1 })
    expect(byName.get('lunch')).toMatchObject({ alert: true, unread: 0 })
    expect(byName.get('xiaoming')).toMatchObject({ alert: true, unread: 2, fname: '李晓明' })
    expect(byName.get('general')).toMatchObject({ alert: false, unread: 0 })
    const divider = byName.get('lunch')!.ls!
    expect(all(room('lunch')._id).filter((message) => message.ts > divider)).toHaveLength(3)
  })

  it('has messages that quote older ones of their room, whose text leads nowhere else', () => {
    const messages = all(room('project-aurora')._id)
    const quoting = messages.filter((one) => one.attachments !== undefined)
    expect(quoting).toHaveLength(2)
    for (const one of quoting) {
      const [quote] = one.attachments as { text: string; message_link: string; ts: Date }[]
      const id = new URL(quote!.message_link).searchParams.get('msg')
      const quoted = messages.find(({ _id }) => _id === id)!
      expect(quote).toMatchObject({ text: quoted.msg, ts: quoted.ts })
      expect(quoted.ts.getTime()).toBeLessThan(one.ts.getTime())
      expect(one.msg.startsWith(`[ ](${quote!.message_link}) `)).toBe(true)
      expect(one.urls).toEqual([expect.objectContaining({ ignoreParse: true })])
    }
  })

  it('has rooms that agree with their messages, in the past and in order', () => {
    const now = test.clock.now()
    for (const { rid } of subs('alice')) {
      const stored = test.app.store.rooms.get(rid)!
      const messages = all(rid)
      const times = messages.map((message) => message.ts.getTime())
      expect(stored.msgs).toBe(messages.length)
      expect(stored.lastMessage?._id).toBe(messages[0]?._id)
      expect(new Set(times).size).toBe(times.length)
      expect(times.every((time) => time < now && time > stored.ts.getTime() - 1)).toBe(true)
    }
  })

  it('is not added a second time', () => {
    const before = test.app.store.users.count()
    seedDemo(test.app)
    expect(test.app.store.users.count()).toBe(before)
  })
})
