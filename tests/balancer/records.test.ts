import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { systemClock } from '../../server/gateway/clock'
import { createLogger } from '../../server/gateway/logging'
import type { RecordChange } from '../../server/gateway/store/records'
import { createSecretBox } from '../../server/gateway/store/secretBox'
import { openStorage, type Storage } from '../../server/gateway/store/storage'
import { eventually } from '../browser/eventually'
import { describeWithRedis, redisCommand, startRedis, type TestRedis } from './support/redis'

const hour = 60 * 60_000
const secretBox = createSecretBox('b'.repeat(64))

let folder: string
let redis: TestRedis | undefined
let log: string[]
const opened: Storage[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'records-'))
  log = []
})
afterEach(async () => {
  for (const storage of opened.splice(0)) storage.close()
  await redis?.close()
  redis = undefined
  rmSync(folder, { recursive: true, force: true })
})

async function open(name: string, key = secretBox): Promise<Storage> {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk))
      done()
    },
  })
  const storage = openStorage({
    file: join(folder, `${name}.db`),
    redisUrl: redis?.url,
    secretBox: key,
    watched: ['revoked'],
    clock: systemClock,
    logger: createLogger('info', stream),
  })
  opened.push(storage)
  await storage.started()
  return storage
}

const kinds = redisCommand === undefined ? ['SQLite'] : ['SQLite', 'Redis']

describe.each(kinds)('records in %s', (kind) => {
  let storage: Storage
  beforeEach(async () => {
    if (kind === 'Redis') redis = await startRedis()
    storage = await open('one')
    expect(storage.shared()).toBe(kind === 'Redis' ? true : 'none')
  })

  it('keep a value, replace it and remove it once', async () => {
    const { records } = storage
    expect(await records.get('c', 'k')).toBeUndefined()
    await records.put('c', 'k', 'first')
    await records.put('c', 'k', 'second')
    expect(await records.get('c', 'k')).toBe('second')
    expect(await Promise.all([records.remove('c', 'k'), records.remove('c', 'k')])).toEqual(
      expect.arrayContaining([true, false]) as boolean[],
    )
    expect(await records.get('c', 'k')).toBeUndefined()
    expect(await records.list('c')).toEqual([])
  })

  it('add a value only where there is none, and only one of many at once', async () => {
    const { records } = storage
    const adding = ['a', 'b', 'c'].map((value) => records.add('c', 'k', value, Date.now() + hour))
    expect((await Promise.all(adding)).filter(Boolean)).toHaveLength(1)
    expect(await records.add('c', 'k', 'later')).toBe(false)
    await records.remove('c', 'k')
    expect(await records.add('c', 'k', 'later')).toBe(true)
  })

  it('list a collection and nothing else, whatever characters its keys have', async () => {
    const { records } = storage
    const keys = ['a', 'a:b', 'ä/ö', ' ', '张 三']
    for (const key of keys) await records.put('one', key, `value of ${key}`)
    await records.put('one:a', 'b', 'other')
    const entries = await records.list('one')
    expect(entries.map(({ key }) => key).sort()).toEqual([...keys].sort())
    expect(entries.every(({ key, value }) => value === `value of ${key}`)).toBe(true)
  })

  it('drop what has expired, and let it be added again', async () => {
    const { records } = storage
    const soon = Date.now() + 60
    await records.put('c', 'short', 'x', soon)
    await records.put('c', 'long', 'y', soon + hour)
    await eventually(async () => expect(await records.get('c', 'short')).toBeUndefined())
    expect(await records.list('c')).toEqual([{ key: 'long', value: 'y' }])
    expect(await records.add('c', 'short', 'again')).toBe(true)
  })

  it('tell every change', async () => {
    const heard: RecordChange[] = []
    storage.onChange((change) => heard.push(change))
    await storage.records.put('c', 'k', 'v')
    await storage.records.remove('c', 'k')
    expect(heard).toEqual([
      { collection: 'c', key: 'k', value: 'v' },
      { collection: 'c', key: 'k', value: undefined },
    ])
  })

  it('lock: work with one key never runs twice at once, another key does not wait', async () => {
    let running = 0
    let most = 0
    const work = async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
    }
    await Promise.all(Array.from({ length: 20 }, () => storage.locks.run('k', work)))
    expect(most).toBe(1)
    await storage.locks.run('k', () => storage.locks.run('other', work))
    await expect(storage.locks.run('k', () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    )
    await storage.locks.run('k', work)
  })
})

describeWithRedis('several gateways with one Redis', () => {
  beforeEach(async () => {
    redis = await startRedis()
  })

  it('see what the other writes, hear of it, and lock each other out', async () => {
    const [a, b] = [await open('a'), await open('b')]
    const heard: RecordChange[] = []
    b.onChange((change) => heard.push(change))
    await a.records.put('c', 'k', 'v')
    expect(await b.records.get('c', 'k')).toBe('v')
    await eventually(() => expect(heard).toEqual([{ collection: 'c', key: 'k', value: 'v' }]))
    let running = 0
    const work = async () => {
      running += 1
      expect(running).toBe(1)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
    }
    const both = Array.from({ length: 10 }, (_, i) => (i % 2 ? a : b).locks.run('k', work))
    await Promise.all(both)
  })

  it('cannot read each other without the same key, and are told so', async () => {
    const a = await open('a')
    await a.records.put('c', 'k', 'secret')
    await expect(open('b', createSecretBox('c'.repeat(64)))).rejects.toThrow('IM_ENCRYPTION_KEY')
    const b = opened.at(-1)!
    expect(b.shared()).toBe(false)
    expect(await b.records.get('c', 'k')).toBeUndefined()
    expect(await b.records.list('c')).toEqual([])
    expect(log.join('')).toContain('IM_ENCRYPTION_KEY')
    const c = await open('c')
    expect([a.shared(), c.shared()]).toEqual([true, true])
    expect(await c.records.get('c', 'k')).toBe('secret')
  })

  it('bring along what one of them knew before it joined', async () => {
    const { url } = redis!
    const joined = redis!
    redis = undefined
    const alone = await open('a')
    await alone.records.put('accounts', 'anna', 'her account')
    alone.close()
    opened.splice(0)
    redis = joined
    expect(redis.url).toBe(url)
    await open('a')
    const other = await open('b')
    expect(await other.records.get('accounts', 'anna')).toBe('her account')
  })

  it.each(['is stopped', 'hangs'])(
    'go on alone while Redis %s, and bring what happened meanwhile to the others',
    async (how) => {
      const [a, b] = [await open('a'), await open('b')]
      await a.records.put('accounts', 'anna', 'before')
      await b.records.get('accounts', 'anna')
      if (how === 'hangs') redis!.freeze()
      else await redis!.stop()
      await a.records.put('revoked', 'session', '1', Date.now() + hour)
      expect(await a.records.get('revoked', 'session')).toBe('1')
      expect(await b.records.get('accounts', 'anna')).toBe('before')
      expect([a.shared(), b.shared()]).toEqual([false, false])
      const heard: RecordChange[] = []
      b.onChange((change) => heard.push(change))
      if (how === 'hangs') redis!.thaw()
      else await redis!.start()
      await eventually(() => expect([a.shared(), b.shared()]).toEqual([true, true]), 8000)
      await eventually(async () => expect(await b.records.get('revoked', 'session')).toBe('1'))
      await eventually(() =>
        expect(heard).toContainEqual({ collection: 'revoked', key: 'session', value: '1' }),
      )
      expect(log.filter((line) => line.includes('Redis is away'))).toHaveLength(2)
      expect(log.filter((line) => line.includes('Redis is back'))).toHaveLength(2)
      expect(log.join('')).not.toContain(redis!.password)
      // Stopped, this Redis has lost its memory: the gateways have brought it back.
      expect(await b.records.get('accounts', 'anna')).toBe('before')
    },
    20_000,
  )

  it('start without Redis, and find it later', async () => {
    await redis!.stop()
    const a = await open('a')
    expect(a.shared()).toBe(false)
    await a.records.put('c', 'k', 'v')
    await redis!.start()
    await eventually(() => expect(a.shared()).toBe(true), 8000)
    const b = await open('b')
    expect(await b.records.get('c', 'k')).toBe('v')
  }, 20_000)
})
