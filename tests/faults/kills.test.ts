import { eventually } from '../browser/eventually'
import { ways } from '../e2e/server'
import { createChance } from './chance'
import { createModel } from './model'
import { createWorld, type Phone, type World } from './world'

// The client's process is ended at any moment of a send and started again on the same device, over and over.

/** With both ways a hundred. */
const kills = 50

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

describe.each(ways)('over %s:', (way) => {
  let world: World
  let phone: Phone

  beforeAll(async () => {
    world = await createWorld(way)
    phone = await world.openPhone('alice')
  }, 60_000)
  afterAll(async () => {
    phone.client.kill()
    await world.stop()
  })

  test('every message of a client that is killed while it sends lands exactly once, in order', async () => {
    const chance = createChance(way.length)
    const model = createModel()
    const [alice] = world.outsiders
    if (!alice) throw new Error('Nobody looks from outside')
    const made = await alice.post('groups.create', { name: `kills-${way}`, members: ['bob'] })
    const roomId = (made.group as { _id: string })._id
    /** Kills while the outbox had something that the server had not answered. */
    let inTheMiddle = 0
    for (let kill = 1; kill <= kills; kill += 1) {
      phone.client.chat.openChannel(roomId)
      // Half of them die on a connection that works, the others at any point of connecting.
      if (chance.isLucky(0.5)) {
        await eventually(() => expect(phone.client.feed.lineState).toBe('live'), 15_000)
        await eventually(() => expect(phone.client.connection.state).toBe('live'), 15_000)
      } else await pause(chance.between(0, 60))
      for (let count = chance.between(1, 4); count > 0; count -= 1) {
        const text = `kill ${kill}, ${count} to come`
        expect(phone.client.chat.send(text)).toBe(true)
        const entry = phone.client.outbox.entries.find((one) => one.text === text)
        model.sent({ id: entry?.id ?? '', roomId, author: 'alice', text })
      }
      await pause(chance.between(0, 15))
      if (phone.client.outbox.unsentCount > 0) inTheMiddle += 1
      phone.restart()
    }
    await eventually(() => {
      expect(phone.client.session.status).toBe('signedIn')
      expect(phone.client.outbox.entries.map(({ text, state }) => `${state} ${text}`)).toEqual([])
    }, 30_000)
    expect(model.differences(roomId, await world.history(alice, roomId))).toEqual([])
    process.stdout.write(`${way}: ${kills} kills, ${inTheMiddle} of them while sending\n`)
    expect(inTheMiddle).toBeGreaterThan(kills / 5)
  }, 120_000)
})
