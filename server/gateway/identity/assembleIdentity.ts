import type { Clock } from '../clock'
import { createAccountCheck, type AccountCheck } from './accountCheck'
import { createBusinessTokens, type BusinessTokens } from './businessTokens'
import { createIdentityList } from './createIdentity'
import { createIdentities } from './identities'
import type { IdentityProvider, UserDirectory } from './identityProvider'
import type { IdentitySettings } from './identitySettings'
import { createTrustedHeader, usualHeaderNames, type TrustedHeader } from './trustedHeader'
import { createAddressList } from '../web/addressList'
import { createWechatIdentity, type WechatIdentity } from './wechatIdentity'
import type { Records } from '../store/records'
import { createWechatStore } from './wechatStore'

const wechatUrl = 'https://api.weixin.qq.com'

export type IdentityOptions = {
  /** Who may say who the caller is; the built-in directory alone when left out. */
  settings: readonly IdentitySettings[] | undefined
  /** Whether key sets may be fetched over plain http from other machines. */
  allowHttp: boolean
  /** Signs the gateway's own business tokens: 32 bytes in hex. */
  tokenKey: string
  directory: UserDirectory | undefined
  /** Where bindings and sign-ins with WeChat are kept. */
  records: Records
  clock: Clock
  isRevoked(sessionId: string): Promise<boolean>
  isBlocked(userId: string): Promise<boolean>
  /** Whether an origin is the gateway's own or a listed one. */
  isOwnOrigin(origin: string | undefined, host: string | undefined): boolean
}

export type IdentityParts = {
  identity: IdentityProvider
  /** The built-in directory, where it is one of the providers. */
  directory: UserDirectory | undefined
  tokens: BusinessTokens
  wechat: { provider: WechatIdentity; checkAccount: AccountCheck } | undefined
  /** Has to see every request first; undefined where no proxy signs users in. */
  trustedHeader: TrustedHeader | undefined
}

/** Everything that says who a caller is, as configured. */
export function assembleIdentity(options: IdentityOptions): IdentityParts {
  const { clock, tokenKey } = options
  const settings = options.settings ?? [{ type: 'demo' as const }]
  const hasDirectory = settings.some(({ type }) => type === 'demo')
  const directory = hasDirectory ? options.directory : undefined
  const tokens = createBusinessTokens({ keyHex: tokenKey, clock, directory })
  const app = settings.find((one) => one.type === 'wechat')
  const provider =
    app === undefined
      ? undefined
      : createWechatIdentity({
          api: { appId: app.appId, secret: app.secret ?? '', baseUrl: app.baseUrl ?? wechatUrl },
          store: createWechatStore(options.records),
          keyHex: tokenKey,
          clock,
        })
  const trustedHeader = createTrusted(settings, options)
  const identity = createIdentities({
    providers: createIdentityList(settings, {
      clock,
      demo: tokens,
      wechat: provider,
      trustedHeader,
      allowHttp: options.allowHttp,
    }),
    isRevoked: (sessionId) => options.isRevoked(sessionId),
    isBlocked: (userId) => options.isBlocked(userId),
  })
  const checkAccount = createAccountCheck({ signInUrl: app?.signInUrl, directory, identity })
  return {
    identity,
    directory,
    tokens,
    wechat: provider && { provider, checkAccount },
    trustedHeader,
  }
}

function createTrusted(
  settings: readonly IdentitySettings[],
  { clock, isOwnOrigin }: IdentityOptions,
): TrustedHeader | undefined {
  const entry = settings.find((one) => one.type === 'trusted-header')
  if (entry === undefined) return undefined
  return createTrustedHeader({
    provider: entry.name,
    proxies: createAddressList(entry.proxies),
    secret: entry.secret ?? '',
    names: { ...usualHeaderNames, ...entry.headers },
    isOwnOrigin,
    clock,
  })
}
