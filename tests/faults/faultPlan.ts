import type { Chance } from './chance'
import type { FaultProxy, Rule, Weather } from './faultProxy'

/** What a server says at each step of connecting and while events flow, in both ways of authentication. */
const stepsOfConnecting = [
  '101 Switching Protocols',
  '"msg":"connected"',
  '"msg":"result"',
  '"msg":"ready"',
  '"msg":"changed"',
  'sessionState',
  '"type":3',
  'streamEvent',
]

const stepsOfSending = [
  'chat.sendMessage',
  'chat.update',
  'chat.delete',
  'chat.react',
  'chat.getMessage',
  'subscriptions.read',
]

const stepsOfSyncing = ['subscriptions.get', 'rooms.get', 'chat.syncMessages', '.history']

const ends = ['reset', 'finish', 'halfOpen'] as const

function ruleOf(chance: Chance): Rule {
  const luck = chance.between(0, 10)
  if (luck < 3) {
    const pattern = chance.pick(stepsOfConnecting)
    const passesFirst = chance.isLucky(0.5)
    return { fault: chance.pick(ends), direction: 'down', pattern, passesFirst }
  }
  if (luck < 4) {
    const direction = chance.pick(['up', 'down'] as const)
    return { fault: chance.pick(ends), direction, afterBytes: chance.between(1, 12_000) }
  }
  const steps = luck < 8 ? stepsOfSending : stepsOfSyncing
  const fault = chance.pick(['reset', 'loseAnswer', 'loseAnswer', 'repeat', 'halfOpen'] as const)
  const passesFirst = chance.isLucky(0.5)
  return { fault, direction: 'up', pattern: `/api/v1/`.concat(nameOf(chance, steps)), passesFirst }
}

/** The names of rooms' histories begin with their kind, so these two are found by their first letters. */
function nameOf(chance: Chance, steps: readonly string[]): string {
  const name = chance.pick(steps)
  return name === '.history' ? chance.pick(['groups.h', 'channels.h']) : name
}

function weatherOf(chance: Chance): Partial<Weather> {
  switch (chance.between(0, 5)) {
    case 0:
      return { isRefusing: true }
    case 1:
      return { isSilent: true }
    case 2:
      return { delayMs: chance.between(5, 80) }
    case 3:
      return { bytesPerSecond: chance.between(20_000, 200_000) }
    default:
      return { segmentBytes: chance.between(1, 8) }
  }
}

/** One seeded fault at a proxy. Bad weather ends by itself. */
export function injectFault(chance: Chance, proxy: FaultProxy): void {
  const luck = chance.between(0, 10)
  if (luck < 6) {
    // Several, because most wait for something that does not come.
    for (let count = 0; count < 3; count += 1) proxy.arm(ruleOf(chance))
    // A rule about connecting needs somebody who connects.
    if (chance.isLucky(0.4)) proxy.cut(chance.pick(['reset', 'finish'] as const))
    return
  }
  if (luck < 7) {
    proxy.cut(chance.pick(['reset', 'finish'] as const))
    return
  }
  if (luck < 8) {
    proxy.freeze()
    return
  }
  const weather = weatherOf(chance)
  proxy.setWeather(weather)
  setTimeout(() => proxy.setWeather(calmAgain(weather)), chance.between(50, 700))
}

/** Only what this weather has changed. */
function calmAgain(weather: Partial<Weather>): Partial<Weather> {
  return Object.fromEntries(
    Object.entries(weather).map(([key, value]) => [key, typeof value === 'boolean' ? false : 0]),
  )
}
