// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument */
import { silentLogger } from '../../server/embedded/app'
import { systemClock } from '../../server/embedded/clock'
import { createApp } from '../../server/embedded/createApp'
import { openStore } from '../../server/embedded/storage/store'
import {
  newDataDir,
  openDdp,
  removeDir,
  restClient,
  type RestClient,
} from '../unit/server/embedded/support'
import { freely, startProgram, type Program } from './program'
import { messagesOf, roomFaults } from './recompute'

const total = 5000
const killAfter = 1500

let dataDir: string
const running: Program[] = []
beforeEach(() => {
  dataDir = newDataDir()
})
afterEach(async () => {
  for (const { child, exited } of running.splice(0)) {
    child.kill('SIGKILL')
    await exited
  }
  removeDir(dataDir)
})

const start = async (): Promise<Program> => {
  const program = await startProgram(dataDir, freely)
  running.push(program)
  return program
}

const signIn = async (url: string): Promise<RestClient> => {
  const { body } = await restClient(url).post('login', { user: 'root', password: 'root-password' })
  return restClient(url, body.data.userId, body.data.authToken)
}

/** Sends `ids` over REST and several sockets at once and answers those that the server acknowledged. */
const sendAll = async (program: Program, ids: string[], enough: () => void): Promise<string[]> => {
  const admin = await signIn(program.url)
  const acknowledged: string[] = []
  const note = (_id: string): void => {
    acknowledged.push(_id)
    if (acknowledged.length === killAfter) enough()
  }
  const overRest = async (): Promise<void> => {
    for (let _id = ids.pop(); _id !== undefined; _id = ids.pop()) {
      const message = { _id, rid: 'GENERAL', msg: `text of ${_id}` }
      const { status } = await admin.post('chat.sendMessage', { message })
      if (status === 200) note(_id)
    }
  }
  const sockets = await Promise.all(Array.from({ length: 6 }, () => openDdp(program.url, admin)))
  const overSocket = async (socket: (typeof sockets)[number]): Promise<void> => {
    const gone = socket.closed.then(() => undefined)
    const worker = async (): Promise<void> => {
      for (let _id = ids.pop(); _id !== undefined; _id = ids.pop()) {
        const message = { _id, rid: 'GENERAL', msg: `text of ${_id}` }
        const frame = await Promise.race([socket.call('sendMessage', message), gone])
        if (frame === undefined) return
        if (frame.result?._id === _id) note(_id)
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
  }
  const work = [...Array.from({ length: 16 }, overRest), ...sockets.map(overSocket)]
  await Promise.allSettled(work)
  return acknowledged
}

describe('a server that is killed in the middle of 5,000 concurrent sends', () => {
  it('has every acknowledged message once, whole, and goes on with the same sessions', async () => {
    const ids = Array.from({ length: total }, (_, index) => `kill${index}`)
    const first = await start()
    const before = await signIn(first.url)
    const acknowledged = await sendAll(first, ids, () => first.child.kill('SIGKILL'))
    await first.exited
    expect(acknowledged.length).toBeGreaterThanOrEqual(killAfter)
    expect(acknowledged.length).toBeLessThan(total)

    const store = openStore(dataDir, systemClock)
    const parts = { store, clock: systemClock, logger: silentLogger, createTokenSecret: undefined }
    const app = createApp(parts)
    const stored = messagesOf(app, 'GENERAL').filter(({ t }) => t === undefined)
    const storedIds = new Set(stored.map(({ _id }) => _id))
    expect(acknowledged.filter((_id) => !storedIds.has(_id))).toEqual([])
    expect(storedIds.size).toBe(stored.length)
    expect(stored.filter(({ _id, msg }) => msg !== `text of ${_id}`)).toEqual([])
    expect(store.driver.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(store.driver.all('PRAGMA foreign_key_check')).toEqual([])
    expect(roomFaults(app, store.rooms.get('GENERAL')!)).toEqual([])
    const words = store.driver.get<{ n: number }>(
      'SELECT count(*) AS n FROM message_words WHERE message_words MATCH ?',
      'text',
    )
    expect(words?.n).toBe(stored.length)
    store.close()

    const second = await start()
    const again = restClient(second.url, before.userId, before.token)
    const socket = await openDdp(second.url, again)
    expect(await socket.subscribe('stream-room-messages', 'GENERAL', false)).toMatchObject({
      msg: 'ready',
    })
    const message = { _id: acknowledged[0], rid: 'GENERAL', msg: 'again' }
    expect((await again.post('chat.sendMessage', { message })).status).not.toBe(200)
    socket.close()
  }, 90_000)
})
