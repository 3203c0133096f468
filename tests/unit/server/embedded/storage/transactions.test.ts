import Database from 'libsql'
import { join } from 'node:path'
import { openDatabase, type SqlDriver } from '../../../../../server/embedded/storage/driver'
import { newDataDir, removeDir } from '../support'

let dir: string
let driver: SqlDriver

beforeEach(() => {
  dir = newDataDir()
  driver = openDatabase(join(dir, 'test.db'))
  driver.exec('CREATE TABLE words (word TEXT UNIQUE)')
})
afterEach(() => {
  driver.close()
  removeDir(dir)
})

const write = (word: string): void => void driver.run('INSERT INTO words VALUES (?)', word)
const stored = () => driver.all<{ word: string }>('SELECT word FROM words ORDER BY rowid')

describe('work that is asked for in one turn of the loop', () => {
  it('is done in its order, in one transaction, and answered after the commit', async () => {
    const order: string[] = []
    const ask = (word: string) =>
      driver
        .soon(() => {
          write(word)
          driver.afterCommit(() => order.push(`${word} is committed`))
          return stored().length
        })
        .then((count) => order.push(`${word} is answered with ${count}`))
    const answers = Promise.all([ask('a'), ask('b')])
    expect(stored()).toEqual([])
    await answers
    expect(order).toEqual([
      'a is committed',
      'b is committed',
      'a is answered with 1',
      'b is answered with 2',
    ])
  })

  it('undoes what throws, and that alone', async () => {
    const told: string[] = []
    let rolledBack = 0
    driver.onRollback(() => (rolledBack += 1))
    const failing = driver.soon(() => {
      write('lost')
      driver.afterCommit(() => told.push('lost'))
      driver.afterEnd(() => told.push('refused'))
      throw new RangeError('no')
    })
    const kept = driver.soon(() => {
      write('kept')
      driver.afterCommit(() => told.push('kept'))
    })
    await expect(failing).rejects.toThrow(RangeError)
    await kept
    expect(stored()).toEqual([{ word: 'kept' }])
    expect(told).toEqual(['kept', 'refused'])
    expect(rolledBack).toBe(1)
  })

  it('is refused as a whole when the commit fails, and nothing of it is told', async () => {
    driver.exec('CREATE TABLE parents (id INTEGER PRIMARY KEY)')
    driver.exec(
      'CREATE TABLE children (parent INTEGER REFERENCES parents(id) DEFERRABLE INITIALLY DEFERRED)',
    )
    const told: string[] = []
    const both = [
      driver.soon(() => {
        write('a')
        driver.afterCommit(() => told.push('a'))
      }),
      driver.soon(() => void driver.run('INSERT INTO children VALUES (1)')),
    ]
    const ends = await Promise.allSettled(both)
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(stored()).toEqual([])
    expect(told).toEqual([])
    await driver.soon(() => write('later'))
    expect(stored()).toEqual([{ word: 'later' }])
  })

  it('is refused when the data file was closed before its turn', async () => {
    const late = driver.soon(() => write('late'))
    driver.close()
    await expect(late).rejects.toThrow('the data file is closed')
    driver = openDatabase(join(dir, 'test.db'))
    expect(stored()).toEqual([])
  })

  it('comes after what is written at once', async () => {
    const order: string[] = []
    const soon = driver.soon(() => order.push('soon'))
    driver.transaction(() => order.push('at once'))
    await soon
    expect(order).toEqual(['at once', 'soon'])
  })
})

describe('a transaction', () => {
  it('begins anew after another process held the file too long', async () => {
    driver.exec('PRAGMA busy_timeout = 10')
    const other = new Database(join(dir, 'test.db'))
    other.exec('BEGIN IMMEDIATE')
    expect(() => driver.transaction(() => write('early'))).toThrow('locked')
    await expect(driver.soon(() => write('early'))).rejects.toThrow('locked')
    other.close()
    const told: string[] = []
    const failing = () =>
      driver.transaction(() => {
        write('lost')
        driver.afterCommit(() => told.push('lost'))
        throw new RangeError('no')
      })
    expect(failing).toThrow(RangeError)
    await driver.soon(() => {
      write('kept')
      driver.afterCommit(() => told.push('kept'))
    })
    expect(stored()).toEqual([{ word: 'kept' }])
    expect(told).toEqual(['kept'])
  })

  it('that is committed is answered and told, also when the telling of another one throws', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation()
    const told: string[] = []
    const both = [
      driver.soon(() => {
        write('a')
        driver.afterCommit(() => {
          throw new RangeError('a listener')
        })
      }),
      driver.soon(() => {
        write('b')
        driver.afterCommit(() => told.push('b'))
      }),
    ]
    const ends = await Promise.allSettled(both)
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect(told).toEqual(['b'])
    expect(stored()).toEqual([{ word: 'a' }, { word: 'b' }])
    expect(warn.mock.calls).toEqual([[new RangeError('a listener')]])
    warn.mockRestore()
  })
})
