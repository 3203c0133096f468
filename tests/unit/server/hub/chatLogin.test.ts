import type { ChatSession } from '../../../../server/gateway/chat/chatSessions'
import type { HubConnection } from '../../../../server/gateway/hub/hubApplication'
import { ImError, type ImErrorCode } from '../../../../server/gateway/imError'
import { createChatLogin } from '../../../../server/gateway/relay/chatLogin'
import { createFakeClock, flush } from '../../client/support/fakeClock'

const session = (authToken: string): ChatSession => ({
  userId: 'annChat',
  authToken,
  username: 'ann',
  name: 'Ann',
})

/** A login whose sessions come from a script: an answer for each call, the last one again and again. */
function start(...script: (string | Error)[]) {
  const clock = createFakeClock()
  const asked: { sessionId: string; renew: boolean }[] = []
  const used: string[] = []
  const closed: string[] = []
  let givenUp = 0
  const holders = ['phone', 'desk'].map((sessionId): HubConnection => {
    const caller = { userId: '1', username: 'ann', name: 'Ann', email: '', sessionId, expiresAt: 0 }
    const close = (error: string | undefined) => {
      holders.splice(0, 1)
      closed.push(`${sessionId} ${error ?? ''}`)
    }
    return { id: sessionId, caller, address: '192.0.2.1', send: () => undefined, close }
  })
  const login = createChatLogin({
    sessions: {
      async open(caller, { renew }) {
        asked.push({ sessionId: caller.sessionId, renew })
        const answer = script.length > 1 ? script.shift() : script[0]
        await Promise.resolve()
        if (answer instanceof Error) throw answer
        if (answer?.startsWith('token')) return session(answer)
        throw new ImError(answer as ImErrorCode, 'no')
      },
    },
    clock,
    holder: () => holders[0],
    onSession: ({ authToken }) => used.push(authToken),
    onGivenUp: () => (givenUp += 1),
  })
  return { clock, login, asked, used, closed, holders, givenUp: () => givenUp }
}

describe('the chat session of the relay', () => {
  it('is the one that the gateway keeps', async () => {
    const { login, asked, used } = start('token1')
    login.start()
    await flush()
    expect(asked).toEqual([{ sessionId: 'phone', renew: false }])
    expect(used).toEqual(['token1'])
  })

  it('is another one that was made meanwhile, before anything is renewed', async () => {
    const { login, asked, used } = start('token2')
    login.refused('token1')
    await flush()
    expect(asked).toEqual([{ sessionId: 'phone', renew: false }])
    expect(used).toEqual(['token2'])
  })

  it('is renewed once, and given up when the new one is refused too', async () => {
    const { login, asked, used, givenUp } = start('token1', 'token2', 'token2')
    login.refused('token1')
    await flush()
    expect(used).toEqual(['token2'])
    login.refused('token2')
    await flush()
    expect(asked.map(({ renew }) => renew)).toEqual([false, true, false])
    expect([used, givenUp()]).toEqual([['token2'], 1])
  })

  it('may be renewed again after the chat server has taken one', async () => {
    const { login, used, givenUp } = start('token1', 'token2', 'token2', 'token3')
    login.refused('token1')
    await flush()
    login.confirmed()
    login.refused('token2')
    await flush()
    expect([used, givenUp()]).toEqual([['token2', 'token3'], 0])
  })

  it.each<ImErrorCode | Error>(['chat-unavailable', 'too-many-attempts', new Error('a fault')])(
    'is asked for again after %s, later and later up to 30 s',
    async (failure) => {
      const { clock, login, asked, used, givenUp } = start(failure)
      login.start()
      await clock.elapse(60_000)
      const tries = asked.length
      expect(tries).toBeGreaterThan(5)
      await clock.elapse(15_000)
      expect(asked.length - tries).toBeLessThanOrEqual(2)
      expect([used, givenUp()]).toEqual([[], 0])
    },
  )

  it.each<ImErrorCode>(['chat-refused', 'agent-missing', 'not-allowed'])(
    'is given up after %s',
    async (code) => {
      const { clock, login, asked, givenUp } = start(code)
      login.start()
      await clock.elapse(60_000)
      expect([asked.length, givenUp()]).toEqual([1, 1])
    },
  )

  it('is asked for in the name of another device when a sign-in has ended', async () => {
    const { login, asked, used, closed } = start('not-signed-in', 'token1')
    login.start()
    await flush()
    expect(closed).toEqual(['phone session_revoked'])
    expect(asked.map(({ sessionId }) => sessionId)).toEqual(['phone', 'desk'])
    expect(used).toEqual(['token1'])
  })

  it('is given up when nobody is left', async () => {
    const { login, closed, givenUp } = start('not-signed-in')
    login.start()
    await flush()
    expect([closed.length, givenUp()]).toEqual([2, 1])
  })

  it('is not used any more after a stop', async () => {
    const { clock, login, used, givenUp } = start('chat-unavailable', 'token1')
    login.start()
    await flush()
    login.stop()
    await clock.elapse(60_000)
    const other = start('token1')
    other.login.start()
    other.login.stop()
    await flush()
    expect([used, givenUp(), other.used, clock.timerCount]).toEqual([[], 0, [], 0])
  })
})
