import { createMemoryDisk } from '../../../../src/platform/cacheDisk'
import { createFakeStorage } from '../support/fakePlatform'
import { createClient, restart, type Client } from './support/client'

const never = new Promise<void>(() => undefined)

/** One device, on which somebody reads "team" of some server. */
async function use(options: Parameters<typeof createClient>[0], userId: string): Promise<Client> {
  const client = createClient(options)
  client.server.addRoom('team', ['ann', 'bob'])
  client.server.post('bob', 'team', `of ${options?.serverUrl ?? ''}`)
  await client.start(userId)
  await client.open('team')
  await client.clock.elapse(5_000)
  return client
}

async function painted(client: Client): Promise<[string[], string[]]> {
  client.chat.setListVisible(true)
  await client.settle()
  const list = client.list().map((line) => line.split(':')[0]!)
  await client.open('team')
  return [list, client.texts()]
}

test('two servers never see what the other one has, whoever is signed in', async () => {
  const [cacheDisk, storage] = [createMemoryDisk(), createFakeStorage()]
  const first = await use({ cacheDisk, storage, serverUrl: 'https://one' }, 'ann')
  first.server.intercept = () => ({ before: never })
  first.chat.send('unsent on one')
  first.session.expire()
  await first.clock.elapse(2_000)
  first.die()
  const second = createClient({ cacheDisk, storage, serverUrl: 'https://two' })
  second.server.intercept = () => ({ before: never })
  await second.signIn('ann')
  expect(await painted(second)).toEqual([[], []])
  expect(second.outbox.entries).toEqual([])
  second.session.expire()
  second.die()
  const again = createClient({ cacheDisk, storage, serverUrl: 'https://one' })
  again.server.intercept = () => ({ before: never })
  await again.signIn('ann')
  expect(await painted(again)).toEqual([['team'], ['of https://one', 'unsent on one']])
})

test('signing out clears what that person kept, and nothing of anybody else', async () => {
  const ann = await use({}, 'ann')
  ann.session.expire()
  await ann.clock.elapse(2_000)
  const { cacheDisk } = ann
  await ann.signIn('bob')
  ann.realtime.goLive()
  await ann.open('team')
  await ann.clock.elapse(5_000)
  const owners = async (): Promise<string[]> => {
    const keys = (await cacheDisk.keys()).filter((key) => key !== 'index')
    return [...new Set(keys.map((key) => key.split('|')[2]!))].sort()
  }
  expect(await owners()).toEqual(['ann', 'bob'])
  await ann.session.signOut()
  await ann.clock.elapse(2_000)
  expect(await owners()).toEqual(['ann'])
  ann.server.intercept = () => ({ before: never })
  await ann.signIn('ann')
  expect((await painted(ann))[0]).toEqual(['team'])
})

test('a session that ends by itself finds everything again', async () => {
  const before = await use({}, 'ann')
  before.session.expire()
  await before.clock.elapse(2_000)
  before.server.intercept = () => ({ before: never })
  before.die()
  const after = await restart(before)
  await after.signIn('ann')
  expect(await painted(after)).toEqual([['team'], ['of ']])
})
