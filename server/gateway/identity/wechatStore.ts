import type { Records } from '../store/records'

/** The business user behind a WeChat identity, as known when it was bound. */
export type BoundUser = { userId: string; username: string; name: string; email: string }

/** A refresh token, found by its hash. A family is one sign-in: each token of it replaces the one before. */
export type RefreshRow = { familyId: string; wechatId: string; expiresAt: number }

/** What the sign-in with WeChat keeps. */
export type WechatStore = {
  boundUser(wechatId: string): Promise<BoundUser | undefined>
  bind(wechatId: string, user: BoundUser): Promise<void>
  addRefresh(tokenHash: string, row: RefreshRow): Promise<void>
  /** Also one that was used, until it expires. */
  refresh(tokenHash: string): Promise<RefreshRow | undefined>
  /** @returns false when it was used before: two uses of one token mean that it was stolen. */
  useRefresh(tokenHash: string, expiresAt: number): Promise<boolean>
  hasFamily(familyId: string): Promise<boolean>
  removeFamily(familyId: string): Promise<void>
}

export function createWechatStore(records: Records): WechatStore {
  const read = async <T>(collection: string, key: string) => {
    const value = await records.get(collection, key)
    return value === undefined ? undefined : (JSON.parse(value) as T)
  }
  return {
    boundUser: (wechatId) => read<BoundUser>('wechatBindings', wechatId),
    bind: (wechatId, user) => records.put('wechatBindings', wechatId, JSON.stringify(user)),
    async addRefresh(tokenHash, row) {
      await records.put('wechatRefresh', tokenHash, JSON.stringify(row), row.expiresAt)
      await records.put('wechatFamilies', row.familyId, '1', row.expiresAt)
    },
    refresh: (tokenHash) => read<RefreshRow>('wechatRefresh', tokenHash),
    useRefresh: (tokenHash, expiresAt) => records.add('wechatUsed', tokenHash, '1', expiresAt),
    hasFamily: async (familyId) => (await records.get('wechatFamilies', familyId)) !== undefined,
    async removeFamily(familyId) {
      await records.remove('wechatFamilies', familyId)
    },
  }
}
