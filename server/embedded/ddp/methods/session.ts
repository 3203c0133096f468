import { endToken, login } from '../../auth/sessions'
import { loginOptions } from '../loginForms'
import type { Method } from '../method'

export const sessionMethods: Readonly<Record<string, Method>> = {
  /** Protocol reference 1.7. */
  login: async ({ app, ip, connection }, [options]) => {
    const session = await login(app, loginOptions(options), ip)
    connection?.setSession(session)
    return {
      id: session.user._id,
      token: session.token,
      tokenExpires: new Date(session.tokenExpires),
      type: session.type,
    }
  },
  /** Ends the token; other sockets that use it are closed, this one only loses its user (1.8). */
  logout: ({ app, connection }) => {
    const session = connection?.session()
    connection?.setSession(undefined)
    if (session !== undefined) endToken(app, session.tokenHash)
    return undefined
  },
}
