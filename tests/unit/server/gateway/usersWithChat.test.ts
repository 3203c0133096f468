import { ImError } from '../../../../server/gateway/imError'
import { ChatRefusal, type ChatCall } from '../../../../server/gateway/chat/chatRest'
import {
  createWithChat,
  type ActingCall,
  type ChatActor,
  type CredentialSource,
} from '../../../../server/gateway/chat/withChat'

const caller = {
  ...{ userId: '1', username: 'alice', name: 'Alice', email: 'a@example.com' },
  ...{ sessionId: 's', expiresAt: 9e12 },
}
const user: ChatActor = { kind: 'user', caller, address: '192.0.2.1' }
const getMe: Parameters<ActingCall>[0] = { method: 'GET', path: 'me' }

/** A chat server that knows only some tokens, and sources that hand out one token after the other. */
function setUp(valid: string[], tokens = { agent: ['agent-1'], user: ['user-1'] }) {
  const calls: ChatCall[] = []
  const source = (list: string[]): CredentialSource => {
    let at = 0
    const credentials = () => ({ userId: 'u', authToken: list[at] ?? 'none' })
    return {
      current: () => Promise.resolve(credentials()),
      renew: () => {
        at += 1
        return Promise.resolve(at < list.length ? credentials() : undefined)
      },
    }
  }
  const withChat = createWithChat({
    rest: {
      call(call) {
        calls.push(call)
        const isValid = valid.includes(call.as?.authToken ?? '')
        return isValid
          ? Promise.resolve({ by: call.as?.authToken })
          : Promise.reject(new ChatRefusal(401, 'unauthorized', undefined))
      },
    },
    agent: source(tokens.agent),
    user: () => source(tokens.user),
  })
  return { withChat, calls }
}

describe('withChat', () => {
  it('runs an action as the user with the user’s own token', async () => {
    const { withChat, calls } = setUp(['user-1', 'agent-1'])
    expect(await withChat(user, (call) => call(getMe))).toEqual({ by: 'user-1' })
    expect(calls).toHaveLength(1)
  })

  it('renews once after a 401 and repeats only the refused call', async () => {
    const { withChat, calls } = setUp(['user-2'], { agent: [], user: ['user-1', 'user-2'] })
    const answer = await withChat(user, async (call) => [await call(getMe), await call(getMe)])
    expect(answer).toEqual([{ by: 'user-2' }, { by: 'user-2' }])
    expect(calls.map(({ as }) => as?.authToken)).toEqual(['user-1', 'user-2', 'user-2'])
  })

  it('does not go on renewing', async () => {
    const { withChat, calls } = setUp([], { agent: [], user: ['a', 'b', 'c'] })
    await expect(withChat(user, (call) => call(getMe))).rejects.toThrow(ChatRefusal)
    expect(calls).toHaveLength(2)
  })

  it('passes the refusal on when the token is good and only a permission is missing', async () => {
    const { withChat, calls } = setUp([])
    await expect(withChat(user, (call) => call(getMe))).rejects.toThrow('401')
    expect(calls).toHaveLength(1)
  })

  it('never falls back to the agent for a user', async () => {
    const { withChat, calls } = setUp(['agent-1'])
    await expect(withChat(user, (call) => call(getMe))).rejects.toThrow(ChatRefusal)
    expect(calls.map(({ as }) => as?.authToken)).not.toContain('agent-1')
  })

  it('passes other refusals on without renewing', async () => {
    const { withChat, calls } = setUp(['user-1'])
    const work = withChat(user, async (call) => {
      await call(getMe)
      throw new ImError('not-found', 'No.')
    })
    await expect(work).rejects.toThrow('No.')
    expect(calls).toHaveLength(1)
  })

  it.each<Parameters<ActingCall>[0]>([
    { method: 'POST', path: 'users.delete', body: { userId: 'x' } },
    { method: 'GET', path: 'users.create' },
    { method: 'POST', path: 'users.create/../users.delete' },
    { method: 'POST', path: 'settings/x' },
  ])('sends nothing as the agent that the operation does not name: %j', async (call) => {
    const { withChat, calls } = setUp(['agent-1'])
    const work = withChat({ kind: 'agent', operation: 'users.create' }, (send) => send(call))
    await expect(work).rejects.toThrow('The agent may not do')
    expect(calls).toHaveLength(0)
  })
})
