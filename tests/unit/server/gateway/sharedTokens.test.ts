import { join } from 'node:path'
import Database from 'libsql'
import type { IssuedPair } from '../../../../server/gateway/store/gatewayStore'
import {
  authenticate,
  headersOf,
  logout,
  startHarness,
  type Harness,
  type Session,
} from './harness'

const minute = 60_000
const day = 24 * 60 * minute

let harness: Harness
beforeEach(async () => {
  harness = await startHarness()
})
afterEach(() => harness.close())

/** Runs on the gateway's own database, as it lies on the disk. */
function inDatabase<T>(work: (db: Database.Database) => T): T {
  const db = new Database(join(harness.dataDir, 'gateway.db'))
  try {
    return work(db)
  } finally {
    db.close()
  }
}

type Row = { key: string; value: string }
const pairRows = (db: Database.Database) =>
  db.prepare("SELECT key, value FROM records WHERE collection LIKE 'pairs/%'").all() as Row[]
const sharerCounts = () =>
  inDatabase(pairRows).map(({ value }) => (JSON.parse(value) as IssuedPair).sharedWith?.length ?? 0)

async function openMany(count: number): Promise<Session[]> {
  const sessions: Session[] = []
  while (sessions.length < count) sessions.push(await harness.open('alice'))
  return sessions
}

async function openRemembered(): Promise<Session> {
  const account = { userNameOrEmailAddress: 'alice', password: 'alice-demo', rememberClient: true }
  const bearer = (await harness.post('/api/TokenAuth/Authenticate', account)).body.result
    .accessToken
  const { userId, authToken } = (await authenticate(harness, bearer)).body.result
  return { bearer, userId, authToken }
}

const statusOf = async (session: Session) =>
  (await harness.send('/api/v1/me', { headers: headersOf(session) })).status

describe('tokens that many sign-ins of one person share', () => {
  it('are noted with ten sharers at most, and no sign-in loses its token to another', async () => {
    const sessions = await openMany(60)
    expect(sharerCounts()).toEqual([10, 10, 10, 10, 10])
    expect(harness.chat.seenOf('users.createToken')).toHaveLength(5)
    for (const session of sessions) expect(await statusOf(session)).toBe(200)
  })

  it('go with the sign-out of a sign-in that is not noted any more, and the others get another', async () => {
    const sessions = await openMany(56)
    // The first that had to share, so the first that has to make room.
    const [fifth, forgotten] = [sessions[4]!, sessions[5]!]
    expect(forgotten.authToken).toBe(fifth.authToken)
    await logout(harness, forgotten.bearer)
    expect(harness.chat.tokens.has(forgotten.authToken)).toBe(false)
    for (const session of [fifth, sessions[55]!]) {
      const { authToken } = (await authenticate(harness, session.bearer)).body.result
      expect(await statusOf({ ...session, authToken })).toBe(200)
    }
  })

  it('forget sign-ins that have ended', async () => {
    for (let device = 0; device < 5; device++) await openRemembered()
    for (let round = 0; round < 8; round++) {
      await harness.open('alice')
      harness.clock.advance(day + minute)
    }
    expect(sharerCounts().sort()).toEqual([0, 0, 0, 0, 1])
  })

  it('are read as older versions have noted them: by the names of the sign-ins alone', async () => {
    const sessions = await openMany(6)
    await harness.gateway.close()
    inDatabase((db) => {
      const write = db.prepare('UPDATE records SET value = ? WHERE key = ? AND value = ?')
      for (const { key, value } of pairRows(db)) {
        const pair = JSON.parse(value) as IssuedPair
        const sharedWith = pair.sharedWith?.map(({ sessionId }) => sessionId)
        write.run(JSON.stringify({ ...pair, sharedWith }), key, value)
      }
    })
    await harness.restart()
    const sixth = sessions[5]!
    const again = (await authenticate(harness, sixth.bearer)).body.result
    expect(again.authToken).toBe(sixth.authToken)
    expect(harness.chat.seenOf('users.createToken')).toHaveLength(5)
    await logout(harness, sixth.bearer)
    expect(harness.chat.tokens.has(sixth.authToken)).toBe(false)
  })
})
