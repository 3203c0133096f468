import { hasMethod } from '../../server/embedded/ddp/methods'
import { endpoints } from '../../server/embedded/rest/endpoints'
import { openArena, mebibyte, type Arena } from './arena'
import { anyValue, broken, createChance, seedOfRun, type Chance } from './random'
import { methodNames } from './surface'

// Anything at all may come in: the process lives, others chat on, and no answer says "internal error".

jest.setTimeout(120_000)

let arena: Arena
/** A room that may be broken. */
let playground: string
beforeAll(async () => {
  arena = await openArena()
  const { body } = await arena.mallory.post('channels.create', { name: 'playground' })
  playground = (body.channel as { _id: string })._id
})
afterAll(() => arena.close())

const streams = [
  'stream-room-messages',
  'stream-notify-room',
  'stream-notify-user',
  'stream-notify-logged',
  'stream-notify-all',
  'stream-roles',
  'stream-user-presence',
  'stream-apps',
  'nothing',
]

const anyParams = (chance: Chance): unknown =>
  chance.oneIn(20)
    ? anyValue(chance)
    : Array.from({ length: chance.below(4) }, () => anyValue(chance))

const anyFrame = (chance: Chance, id: string): object => {
  const kind = chance.below(10)
  if (kind === 0)
    return { msg: chance.pick(['unsub', 'ping', 'pong', 'connect']), id: anyValue(chance, 1) }
  if (kind === 1) return { msg: anyValue(chance, 1), id: anyValue(chance, 2) }
  if (kind <= 3) return { msg: 'sub', id, name: chance.pick(streams), params: anyParams(chance) }
  return { msg: 'method', id, method: chance.pick(methodNames), params: anyParams(chance) }
}

/** What the server must never say about input: that it has failed itself. */
const isInternal = (answer: unknown): boolean =>
  JSON.stringify(answer).includes('Internal server error')

const batch = 500

describe('anything over a DDP socket', () => {
  it('knows every method that it calls', () => {
    expect(methodNames.filter((name) => !hasMethod(name))).toEqual([])
  })

  it('is answered or refused in 5,000 cases, and no case is an internal error', async () => {
    const chance = createChance(seedOfRun('DDP frames'))
    const attack = async (): Promise<unknown[]> => {
      const bad: unknown[] = []
      for (let round = 0; round < 5000 / batch; round += 1) {
        const socket = await arena.open()
        const sent = new Map<string, object>()
        for (let index = 0; index < batch; index += 1) {
          const id = `${round}-${index}`
          const frame = anyFrame(chance, id)
          // Signing out or in as somebody else would make the rest of the batch boring.
          if ('method' in frame && (frame.method === 'logout' || frame.method === 'login')) continue
          sent.set(id, frame)
          const text = JSON.stringify(frame)
          socket.send(chance.oneIn(5) ? broken(chance, text) : text)
        }
        socket.send({ msg: 'ping', id: 'end' })
        await socket.next((frame) => frame.msg === 'pong' && frame.id === 'end')
        await socket.call('UserPresence:ping')
        for (const frame of socket.frames.filter(isInternal)) {
          bad.push({ frame, caused: sent.get(String(frame.id)) })
        }
        socket.close()
      }
      return bad
    }
    arena.growth()
    const running = attack()
    const report = await arena.witness(running)
    expect(await running).toEqual([])
    expect(report.slowest).toBeLessThan(5000)
    expect(arena.growth()).toBeLessThan(100 * mebibyte)
  })
})

/** Endpoints whose success would end the session that the test goes on with. */
const ending = new Set([
  'logout',
  'users.logout',
  'users.deleteOwnAccount',
  'users.removeOtherTokens',
  'users.logoutOtherClients',
])

const posts = endpoints.filter(({ method, path }) => method === 'POST' && !ending.has(path))
const gets = endpoints.filter(({ method }) => method === 'GET')

const anyBody = (chance: Chance): unknown => {
  if (chance.oneIn(10)) return anyValue(chance)
  const body: Record<string, unknown> = {}
  const names = [
    'roomId',
    'rid',
    'message',
    'msgId',
    'name',
    'text',
    'data',
    'userId',
    'username',
    'messageId',
  ]
  for (let left = chance.below(4); left > 0; left -= 1) body[chance.pick(names)] = anyValue(chance)
  if (chance.oneIn(2)) body.roomId = playground
  return body
}

/** Lone halves of pairs cannot be written in an address. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

const anyQuery = (chance: Chance): string => {
  const names = [
    'roomId',
    'rid',
    'count',
    'offset',
    'sort',
    'query',
    'updatedSince',
    'msgId',
    'text',
    'searchText',
  ]
  const pairs = Array.from({ length: chance.below(4) }, () => {
    const value = anyValue(chance, 1)
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return `${chance.pick(names)}=${encodeURIComponent(wellFormed(text))}`
  })
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

describe('anything over REST', () => {
  it('is answered or refused in 3,000 cases, and no case is an internal error', async () => {
    const chance = createChance(seedOfRun('REST requests'))
    let { token } = arena.mallory
    let signedOut = 0
    // Some of what is tried ends the own sessions.
    const signInAgain = async (dead: string): Promise<void> => {
      if (token !== dead) return
      const password = { user: 'mallory', password: 'secret-mallory' }
      const { body } = await arena.test.anonymous.post('login', password)
      token = (body.data as { authToken: string }).authToken
    }
    const ask = async (path: string, init: RequestInit): Promise<unknown[]> => {
      const used = token
      const response = await fetch(`${arena.test.server.url}/api/v1/${path}`, {
        ...init,
        headers: {
          'x-auth-token': used,
          'x-user-id': arena.mallory.userId,
          'content-type': 'application/json',
        },
        redirect: 'manual',
      })
      const body = await response.text()
      if (response.status === 401) {
        signedOut += 1
        await signInAgain(used)
      }
      return response.status >= 500 ? [{ path, sent: init.body, body }] : []
    }
    const one = (): Promise<unknown[]> => {
      if (chance.oneIn(3)) return ask(`${chance.pick(gets).path}${anyQuery(chance)}`, {})
      const text = JSON.stringify(anyBody(chance))
      const body = chance.oneIn(5) ? broken(chance, text) : text
      return ask(chance.pick(posts).path, { method: 'POST', body })
    }
    const attack = async (): Promise<unknown[]> => {
      const bad: unknown[] = []
      for (let index = 0; index < 3000; index += 10) {
        const answers = await Promise.all(Array.from({ length: 10 }, one))
        bad.push(...answers.flat())
      }
      return bad
    }
    arena.growth()
    const running = attack()
    const report = await arena.witness(running)
    expect(await running).toEqual([])
    expect(signedOut).toBeLessThan(300)
    expect(report.slowest).toBeLessThan(5000)
    expect(arena.growth()).toBeLessThan(100 * mebibyte)
  })
})
