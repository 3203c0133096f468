import type { ServerResponse } from 'node:http'
import type { FakeChat, FakeUser } from './fakeChat'

type AdminUser = FakeUser & { active?: boolean }

/** Teaches the fake chat server what an administrator does with users (protocol reference 3.6). */
export function addUserAdministration(chat: FakeChat): void {
  const answer = (response: ServerResponse, status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const route = (
    name: string,
    change: (user: AdminUser, body: Record<string, unknown>) => object,
  ) => {
    chat.override.set(name, (response) => {
      const { headers, text } = chat.seenOf(name).at(-1)!
      const caller = chat.tokens.get(String(headers['x-auth-token']))
      if (caller !== 'agentId') {
        answer(response, 403, { success: false, error: 'unauthorized' })
        return
      }
      const body = JSON.parse(text) as Record<string, unknown>
      const user = chat.users.find(({ _id }) => _id === body.userId)
      if (user) answer(response, 200, { success: true, ...change(user, body) })
      else answer(response, 400, { success: false, error: 'User not found.' })
    })
  }
  route('users.update', (user, body) => {
    const { name, email, verified } = body.data as Record<string, unknown>
    if (typeof name === 'string') user.name = name
    if (typeof email === 'string') user.emails = [{ address: email, verified: verified === true }]
    return { user }
  })
  route('users.setActiveStatus', (user, body) => {
    user.active = body.activeStatus === true
    if (!user.active) signOutEverywhere(chat, user)
    return { user }
  })
  route('users.delete', (user) => {
    chat.users.splice(chat.users.indexOf(user), 1)
    signOutEverywhere(chat, user)
    return { deletedRooms: [] }
  })
  chat.override.set('users.info', (response) => {
    const { searchParams } = new URL(chat.seenOf('users.info').at(-1)!.url, chat.url)
    const wanted = [searchParams.get('userId'), searchParams.get('username')]
    const user = chat.users.find(({ _id, username }) =>
      wanted.some((x) => x === _id || x === username),
    )
    if (user) answer(response, 200, { success: true, user: { active: true, ...user } })
    else answer(response, 400, { success: false, error: 'User not found.' })
  })
}

function signOutEverywhere(chat: FakeChat, user: FakeUser): void {
  for (const [token, owner] of chat.tokens) if (owner === user._id) chat.tokens.delete(token)
}
