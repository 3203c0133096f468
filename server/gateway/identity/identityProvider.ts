/** Who calls, as the business system knows them. */
export type Caller = {
  /** Stable id in the business system; the key of the mapping to a chat account. */
  userId: string
  /** Login name; used for the name of a chat account that has to be created. */
  username: string
  /** Name as people read it. */
  name: string
  email: string
  /** One sign-in on one device; made from the token's `jti` or, without one, from the token. */
  sessionId: string
  /** Epoch milliseconds at which the business token ends. */
  expiresAt: number
}

/**
 * Verifies the token that the business system has given to its user. One implementation per kind of business system
 * (gateway reference 6.1).
 */
export interface IdentityProvider {
  /**
   * @throws {ImError} `not-signed-in` when the token is missing, wrong, expired, revoked or of an unknown user;
   * `chat-unavailable` when the business system has to be asked and does not answer.
   */
  verify(bearer: string | undefined): Promise<Caller>
  /** Told after the caller has signed out, for providers that keep something per sign-in. */
  signedOut?(caller: Caller): Promise<void> | void
}

/** A provider among others. */
export type ListedIdentity = IdentityProvider & {
  /** The `iss` of the tokens that it verifies; undefined: takes every token that no other provider claims. */
  readonly issuer: string | undefined
}

/** A person of a directory with passwords. */
export type DirectoryUser = {
  userId: number
  username: string
  name: string
  email: string
}

/** Accounts of the business system that can sign in here with a password. */
export interface UserDirectory {
  /** @returns the person, or undefined when name or password is wrong; which of the two is not told. */
  authenticate(userNameOrEmail: string, password: string): DirectoryUser | undefined
  /** @param userId the business user id of a token that was issued earlier. */
  find(userId: string): DirectoryUser | undefined
}
