import { Type } from 'typebox'
import { endOtherSessions, endSessions } from '../auth/sessions'
import { TextError } from '../errors'
import { userPost, type Endpoint } from './endpoint'
import { targetUser } from './selectors'

const strict = { additionalProperties: false }

const logoutBody = Type.Object({ userId: Type.Optional(Type.String({ minLength: 1 })) }, strict)

const logout = userPost('users.logout', { body: logoutBody }, ({ app, user, body }) => {
  const userId = body.userId ?? user._id
  if (userId !== user._id && !app.permissions.has(user, 'logout-other-user')) {
    throw new TextError('unauthorized', 403)
  }
  endSessions(app, targetUser(app, { userId })._id)
  return { message: `User ${userId} has been logged out!` }
})

const others = userPost('users.logoutOtherClients', {}, ({ app, user, session }) => {
  endOtherSessions(app, user._id, session.tokenHash)
  return { token: session.token, tokenExpires: new Date(session.tokenExpires) }
})

const otherTokens = userPost('users.removeOtherTokens', {}, ({ app, user, session }) => {
  app.store.write(() =>
    app.events.tokensRemoved(app.store.tokens.removeAllBut(user._id, session.tokenHash)),
  )
  return {}
})

/** How sessions end (protocol reference 3.5). */
export const sessionEndEndpoints: readonly Endpoint[] = [logout, others, otherTokens]
