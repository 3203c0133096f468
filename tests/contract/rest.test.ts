import { hasMethod } from '../../server/embedded/ddp/methods'
import { endpoints } from '../../server/embedded/rest/endpoints'
import { extraCalls } from './calls/extras'
import { messageCalls } from './calls/messages'
import { methodCalls } from './calls/methods'
import { namedRoomCalls } from './calls/namedRooms'
import { peopleCalls } from './calls/people'
import { roomCalls } from './calls/rooms'
import { roomSearchCalls } from './calls/roomSearch'
import { teamCalls } from './calls/teams'
import { openWorld, type Calls, type World } from './calls/world'
import { everyAnswer, restDifferences, uncaused } from './differences'
import recordings from './recordings/rest.json'
import { differencesFrom, type Shape } from './shapes'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.test.close())

const shapes = recordings as unknown as Record<string, Shape[]>

/** How each recorded answer is caused here. */
const calls: Calls = {
  ...peopleCalls,
  ...roomCalls,
  ...roomSearchCalls,
  ...namedRoomCalls,
  ...messageCalls,
  ...methodCalls,
  ...teamCalls,
  ...extraCalls,
}

const served = new Set(endpoints.map(({ method, path }) => `${method} ${path}`))

/** Whether this server serves what was recorded; `method.call/x` it does when it has the method. */
const isServed = (recorded: string): boolean => {
  const [method = '', path = ''] = recorded.split(' ')
  const [first = '', rest = ''] = path.split('/')
  if (first === 'method.call') return rest === ':id' || hasMethod(rest.replace(':', '/'))
  return served.has(`${method} ${path}`) || served.has(`${method} ${first}/`)
}

describe('REST answers have the shape that a real server recorded', () => {
  const recordedAndServed = Object.keys(shapes).filter(isServed)

  it('for every recorded endpoint that is served: each one is called or has a reason why not', () => {
    const known = new Set([...Object.keys(calls), ...Object.keys(uncaused)])
    expect(recordedAndServed.filter((name) => !known.has(name))).toEqual([])
  })

  it('and nothing is called that was not recorded or is not served', () => {
    const named = [...Object.keys(calls), ...Object.keys(uncaused), ...Object.keys(restDifferences)]
    expect(named.filter((name) => !recordedAndServed.includes(name))).toEqual([])
  })

  it.each(Object.keys(calls).filter(isServed))('%s', async (name) => {
    const answer = await calls[name]!(world)
    const [, , status = ''] = name.split(' ')
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: Number(status) })
    const always = everyAnswer[status] ?? {}
    const found = differencesFrom(shapes[name]!, answer.body).filter((one) => !(one in always))
    expect([...new Set(found)].sort()).toEqual(Object.keys(restDifferences[name] ?? {}).sort())
  })
})
