import type { App } from '../app'
import type { Session } from '../auth/sessions'
import type { UserDoc } from '../documents'

/** Who a connection is signed in as. */
export type SignIn = {
  session: () => Session | undefined
  /** The account as it is now. */
  user: () => UserDoc | undefined
  set: (next: Session | undefined) => void
  /** The connection is gone. */
  end: () => void
}

type Options = {
  app: App
  connectionId: string
  send: (frame: object) => void
  /** Another user, or nobody any more. */
  userChanged: () => void
}

/** What Meteor publishes of the own account without a subscription (protocol reference 1.7). */
const ownFields = (user: UserDoc): Record<string, unknown> => ({
  username: user.username,
  emails: user.emails,
})

export const createSignIn = (options: Options): SignIn => {
  const { app, connectionId, send } = options
  let session: Session | undefined
  let ended = false
  const leave = (user: UserDoc): void => {
    send({ msg: 'removed', collection: 'users', id: user._id })
    app.presence.connectionGone(user, connectionId)
  }
  const arrive = (user: UserDoc): void => {
    send({ msg: 'added', collection: 'users', id: user._id, fields: ownFields(user) })
    app.presence.connectionStatus(user, connectionId, 'online')
  }
  return {
    session: () => session,
    user: () => (session === undefined ? undefined : app.store.users.get(session.user._id)),
    set: (next) => {
      // The socket may have closed while the password was checked.
      if (ended) return
      const before = session?.user
      session = next
      if (before?._id === next?.user._id) return
      if (before !== undefined) leave(before)
      if (next !== undefined) arrive(next.user)
      options.userChanged()
    },
    end: () => {
      ended = true
      if (session !== undefined) app.presence.connectionGone(session.user, connectionId)
    },
  }
}
