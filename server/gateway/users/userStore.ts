import type { RecordChange, Records } from '../store/records'

/** A user as the business system wants them to be. */
export type BusinessUser = {
  userId: string
  username: string
  name: string
  email: string
  /** `deleted` users are remembered, so that a token that is still valid does not bring them back. */
  state: 'active' | 'inactive' | 'deleted'
  /** Address of the picture; left alone on the chat server when left out. */
  avatarUrl?: string
  /** The picture that the chat server has been given. */
  shownAvatarUrl?: string
}

/** What the business system has said about its users. */
export const businessUsers = 'businessUsers'

const hookDeliveries = 'hookDeliveries'

export type UserStore = {
  user(userId: string): Promise<BusinessUser | undefined>
  /** Everybody whom the business system has named, deleted ones too, by id. */
  users(): Promise<BusinessUser[]>
  saveUser(user: BusinessUser): Promise<void>
  /**
   * Remembers a webhook delivery.
   * @returns false when it was there already.
   */
  addDelivery(signature: string, expiresAt: number): Promise<boolean>
  removeDelivery(signature: string): Promise<void>
}

export function createUserStore(records: Records): UserStore {
  return {
    async user(userId) {
      const value = await records.get(businessUsers, userId)
      return value === undefined ? undefined : (JSON.parse(value) as BusinessUser)
    },
    async users() {
      const entries = await records.list(businessUsers)
      const users = entries.map(({ value }) => JSON.parse(value) as BusinessUser)
      return users.sort((a, b) => (a.userId < b.userId ? -1 : 1))
    },
    saveUser: (user) => records.put(businessUsers, user.userId, JSON.stringify(user)),
    addDelivery: (signature, expiresAt) => records.add(hookDeliveries, signature, '1', expiresAt),
    async removeDelivery(signature) {
      await records.remove(hookDeliveries, signature)
    },
  }
}

/** The user whom a change keeps from going on; undefined for every other change. */
export function blockedBy({ collection, key, value }: RecordChange): string | undefined {
  if (collection !== businessUsers || value === undefined) return undefined
  return (JSON.parse(value) as BusinessUser).state === 'active' ? undefined : key
}
