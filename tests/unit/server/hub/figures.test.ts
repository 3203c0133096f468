import { measureHub, measureStorage } from '../../../../server/gateway/metrics/loadMetrics'
import { createRegistry } from '../../../../server/gateway/metrics/registry'
import { startRelayHarness, type RelayHarness } from './relayHarness'

describe('the figures of the relay', () => {
  let harness: RelayHarness
  beforeEach(async () => {
    harness = await startRelayHarness()
  })
  afterEach(() => harness.close())

  const figures = async () => {
    const text = await (await fetch(`${harness.gateway.url}/metrics`)).text()
    const one = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1])
    return {
      connections: one('im_hub_connections'),
      users: one('im_relay_users'),
      events: one('im_relay_events_total'),
      reconnects: one('im_relay_reconnects_total'),
      open: one('im_upstream_open'),
    }
  }

  it('count connections, users, events and connections made anew', async () => {
    const nothing = { connections: 0, users: 0, events: 0, reconnects: 0, open: 0 }
    expect(await figures()).toEqual(nothing)
    const alice = await harness.signIn('alice')
    const [first, second] = [await harness.listen(alice), await harness.listen(alice)]
    await first.connection.invoke('subscribeRoom', 'GENERAL')
    const before = await figures()
    expect(before).toMatchObject({ connections: 2, users: 1, reconnects: 0 })
    await harness.say(await harness.signIn('bob'), 'GENERAL', 'counted')
    await harness.until(() => first.calls('getRoomMessageNotification').length === 1)
    expect((await figures()).events).toBeGreaterThan(before.events)
    harness.cable.cut()
    await harness.until(() => second.calls('resync').length === 1)
    expect((await figures()).reconnects).toBe(1)
    await second.connection.stop()
    await harness.until(() => harness.logText().includes('hub: off'))
    expect(await figures()).toMatchObject({ connections: 1, users: 1 })
  })
})

it('load is asked for whenever the figures are read', () => {
  const registry = createRegistry()
  const now = { hubConnections: 1, chatConnections: 2, events: 5, reconnects: 0 }
  measureHub({ load: () => now }, registry)
  expect(registry.text()).toContain('im_relay_events_total 5')
  now.events = 6
  expect(registry.text()).toContain('im_relay_events_total 6')
})

it.each<[boolean | 'none', string | undefined]>([
  [true, 'im_redis_up 1'],
  [false, 'im_redis_up 0'],
  ['none', undefined],
])('with Redis %s the figures say %s', (shared, line) => {
  const registry = createRegistry()
  measureStorage({ shared: () => shared }, registry)
  if (line === undefined) expect(registry.text()).not.toContain('im_redis_up')
  else expect(registry.text()).toContain(line)
})
