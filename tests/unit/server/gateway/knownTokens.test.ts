import { createKnownTokens } from '../../../../server/gateway/identity/knownTokens'
import { createTestClock } from './harness'

const start = 1_700_000_000_000
const far = start + 3_600_000

describe('known tokens', () => {
  it('are known for a minute and looked at again afterwards', () => {
    const clock = createTestClock(start)
    const known = createKnownTokens<string>(clock)
    known.add('token-a', 'dora', far)
    expect(known.get('token-a')).toBe('dora')
    expect(known.get('token-b')).toBeUndefined()
    clock.advance(59_999)
    expect(known.get('token-a')).toBe('dora')
    clock.advance(1)
    expect(known.get('token-a')).toBeUndefined()
  })

  it('are not known beyond their own end', () => {
    const clock = createTestClock(start)
    const known = createKnownTokens<string>(clock)
    known.add('token-a', 'dora', start + 10)
    clock.advance(10)
    expect(known.get('token-a')).toBeUndefined()
  })

  it('are at most ten thousand; the oldest is forgotten', () => {
    const known = createKnownTokens<number>(createTestClock(start))
    for (let index = 0; index <= 10_000; index += 1) known.add(`token-${index}`, index, far)
    expect(known.get('token-0')).toBeUndefined()
    expect(known.get('token-1')).toBe(1)
    expect(known.get('token-10000')).toBe(10_000)
  })
})
