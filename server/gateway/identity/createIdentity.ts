import type { JWTVerifyGetKey } from 'jose'
import type { Clock } from '../clock'
import type { BusinessTokens } from './businessTokens'
import { abpClaims, oidcClaims, type ClaimNames } from './claims'
import type { ListedIdentity } from './identityProvider'
import { isSafeUrl, type IdentitySettings } from './identitySettings'
import { createIntrospection } from './introspection'
import { createJwtIdentity } from './jwtIdentity'
import { createRemoteKeys, type KeyTimes } from './remoteKeys'
import type { TrustedHeader } from './trustedHeader'
import type { WechatIdentity } from './wechatIdentity'

const usualAlgorithms = ['RS256', 'ES256']

export type IdentityMachinery = {
  clock: Clock
  /** The built-in directory's tokens. */
  demo: BusinessTokens
  /** Present when the settings have an entry for WeChat. */
  wechat: WechatIdentity | undefined
  /** Present when the settings have an entry for trusted headers. */
  trustedHeader: TrustedHeader | undefined
  /** Whether a key set may be fetched over plain http from another machine. */
  allowHttp: boolean
  keyTimes?: KeyTimes
}

/** The providers that the settings name, in their order. */
export function createIdentityList(
  settings: readonly IdentitySettings[],
  machinery: IdentityMachinery,
): ListedIdentity[] {
  return settings
    .map((one) => createIdentity(one, machinery))
    .filter((provider) => provider !== undefined)
}

function createIdentity(
  settings: IdentitySettings,
  machinery: IdentityMachinery,
): ListedIdentity | undefined {
  switch (settings.type) {
    case 'demo':
      return machinery.demo
    case 'wechat':
      return machinery.wechat
    case 'trusted-header':
      return machinery.trustedHeader
    case 'jwt-hs256':
      return createJwt(settings, oidcClaims, Buffer.from(settings.secret ?? ''), machinery)
    case 'abp':
      return createJwt(settings, abpClaims, Buffer.from(settings.secret ?? '', 'ascii'), machinery)
    case 'jwt-jwks':
      return createJwt(settings, oidcClaims, remoteKeysOf(settings, machinery), machinery)
    case 'introspect':
      return createIntrospected(settings, machinery)
  }
}

type Of<Type> = Extract<IdentitySettings, { type: Type }>

function createJwt(
  settings: Of<'jwt-hs256' | 'abp' | 'jwt-jwks'>,
  usual: ClaimNames,
  key: Uint8Array | (() => Promise<JWTVerifyGetKey>),
  { clock }: IdentityMachinery,
): ListedIdentity {
  const shared = ['HS256']
  const published = settings.type === 'jwt-jwks' ? settings.algorithms : undefined
  return createJwtIdentity({
    provider: settings.name,
    issuer: settings.issuer,
    audience: settings.audience,
    algorithms: key instanceof Uint8Array ? shared : (published ?? usualAlgorithms),
    names: { ...usual, ...settings.claims },
    key,
    clock,
  })
}

function remoteKeysOf(settings: Of<'jwt-jwks'>, machinery: IdentityMachinery) {
  const options = {
    jwksUrl: settings.jwksUrl,
    issuer: settings.issuer,
    isAllowedUrl: (url: URL) => isSafeUrl(url, machinery.allowHttp),
    clock: machinery.clock,
  }
  const { keyTimes } = machinery
  return createRemoteKeys(keyTimes ? { ...options, times: keyTimes } : options)
}

function createIntrospected(
  settings: Of<'introspect'>,
  { clock, keyTimes }: IdentityMachinery,
): ListedIdentity {
  const { clientId: id, secret } = settings
  const options = {
    provider: settings.name,
    issuer: settings.issuer,
    audience: settings.audience,
    url: settings.url,
    style: settings.style === 'rfc7662' ? ('rfc7662' as const) : ('whoami' as const),
    client: id === undefined || secret === undefined ? undefined : { id, secret },
    names: { ...oidcClaims, ...settings.claims },
    clock,
  }
  return createIntrospection(keyTimes ? { ...options, timeoutMs: keyTimes.timeoutMs } : options)
}
