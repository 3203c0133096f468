import type { App } from '../app'
import type { Session } from '../auth/sessions'
import type { UserDoc } from '../documents'
import { MeteorError } from '../errors'

/** The connection that a method was called on, as far as methods need it. */
export type MethodConnection = {
  id: string
  /** Signs the connection in, or out with undefined; its subscriptions are checked again. */
  setSession(session: Session | undefined): void
  session(): Session | undefined
}

export type MethodCaller = {
  app: App
  user: UserDoc | undefined
  /** The client's address. */
  ip: string
  /** Undefined when the method came over REST (`method.call`). */
  connection: MethodConnection | undefined
}

export type Method = (caller: MethodCaller, params: readonly unknown[]) => unknown

/** A method of signed-in users only. */
export type UserMethod = (
  caller: MethodCaller & { user: UserDoc },
  params: readonly unknown[],
) => unknown

/** @throws MeteorError `error-invalid-user` for who is not signed in. */
export const forUsers =
  (name: string, method: UserMethod): Method =>
  (caller, params) => {
    const { user } = caller
    if (user === undefined)
      throw new MeteorError('error-invalid-user', 'Invalid user', { method: name })
    return method({ ...caller, user }, params)
  }
