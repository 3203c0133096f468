import { createMediaAccess } from '../../../../server/gateway/media/mediaAccess'
import { createMediaSeal } from '../../../../server/gateway/media/mediaSeal'
import { createSecretBox, hashToken } from '../../../../server/gateway/store/secretBox'
import { createTestClock, hex } from './harness'

const path = '/file-upload/f/a.png'

function setUp(keyHex = hex('b')) {
  const clock = createTestClock(Date.UTC(2026, 10, 22, 9))
  const secretBox = createSecretBox(hex('c'))
  const tokenHash = hashToken('chat-token')
  const pair = {
    ...{ tokenHash, chatUserId: 'chat-user', businessUserId: '7', sessionId: 's1' },
    tokenBox: secretBox.seal('chat-token', tokenHash),
    ...{ issuedAt: clock.now(), expiresAt: clock.now() + 86_400_000 },
  }
  const state = { blocked: false, revoked: false, hasPair: true }
  const media = createMediaAccess({
    store: {
      pairOfSession: (userId: string, sessionId: string) =>
        Promise.resolve(state.hasPair && userId === '7' && sessionId === 's1' ? pair : undefined),
      pairByHash: () => Promise.resolve(pair),
      isSessionRevoked: () => Promise.resolve(state.revoked),
    },
    ...{ secretBox, keyHex, clock },
    isBlocked: () => Promise.resolve(state.blocked),
  })
  const caller = {
    ...{ userId: '7', username: 'a', name: 'A', email: 'a@b.c', sessionId: 's1' },
    expiresAt: clock.now() + 3_600_000,
  }
  return { clock, media, caller, state }
}

describe('a signed address', () => {
  it('is good for ten minutes at most, and for five at least', async () => {
    const { clock, media, caller } = setUp()
    clock.advance(123_456)
    const { addresses, expiresAt } = media.sign(caller, [path])
    expect(expiresAt - clock.now()).toBeLessThanOrEqual(600_000)
    expect(expiresAt - clock.now()).toBeGreaterThanOrEqual(300_000)
    await expect(media.open(addresses[0]!)).resolves.toMatchObject({
      path,
      credentials: { userId: 'chat-user', authToken: 'chat-token' },
    })
    clock.advance(expiresAt - clock.now() - 1000)
    await expect(media.open(addresses[0]!)).resolves.toMatchObject({ secondsLeft: 1 })
    clock.advance(1000)
    await expect(media.open(addresses[0]!)).rejects.toMatchObject({ code: 'not-allowed' })
  })

  it('ends with the business token', () => {
    const { clock, media, caller } = setUp()
    const expiresAt = clock.now() + 20_000
    expect(media.sign({ ...caller, expiresAt }, [path]).expiresAt).toBe(expiresAt)
  })

  it.each(['blocked', 'revoked'] as const)('of a %s person opens nothing', async (how) => {
    const { media, caller, state } = setUp()
    const { addresses } = media.sign(caller, [path])
    state[how] = true
    await expect(media.open(addresses[0]!)).rejects.toMatchObject({ code: 'not-allowed' })
  })

  it('opens nothing when its sign-in has no chat token any more, or is another one', async () => {
    const { media, caller, state } = setUp()
    const other = media.sign({ ...caller, sessionId: 's2' }, [path]).addresses[0]!
    await expect(media.open(other)).rejects.toMatchObject({ code: 'not-allowed' })
    const own = media.sign(caller, [path]).addresses[0]!
    state.hasPair = false
    await expect(media.open(own)).rejects.toMatchObject({ code: 'not-allowed' })
  })

  it('of a gateway with another key opens nothing', async () => {
    const { caller, media } = setUp()
    const foreign = setUp(hex('d')).media.sign(caller, [path]).addresses[0]!
    await expect(media.open(foreign)).rejects.toMatchObject({ code: 'not-allowed' })
  })
})

it('a seal hides what is in it and differs for each path', () => {
  const seal = createMediaSeal(hex('a'))
  const grant = { businessUserId: 'somebody', sessionId: 'session', expiresAt: 1 }
  const text = seal.seal(grant, '/a')
  expect(seal.seal(grant, '/b')).not.toBe(text)
  expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('somebody')
  expect(seal.open(text, '/a')).toEqual(grant)
  expect(seal.open(text, '/b')).toBeUndefined()
  expect(seal.open('', '/a')).toBeUndefined()
  expect(seal.open('A'.repeat(23), '/a')).toBeUndefined()
})
