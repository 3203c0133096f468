import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { StartError } from '../../errors'
import { isNetwork } from '../web/addressList'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const optionalText = Type.Optional(text)
const paths = Type.Array(text, { minItems: 1 })

/** Other claims than the usual ones of the type; a path such as `result.user.id` reaches into objects. */
const claims = Type.Optional(
  Type.Object(
    {
      userId: Type.Optional(paths),
      username: Type.Optional(paths),
      name: Type.Optional(paths),
      email: Type.Optional(paths),
      tenant: Type.Optional(paths),
    },
    strict,
  ),
)

/** Put in front of this provider's user ids (`erp:42`), so that two providers never mean the same person. */
const name = Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,20}$' }))

const headerName = Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,64}$' }))

const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA']

/** A JWT that business system and gateway sign with the same secret. */
const sharedSecret = {
  name,
  issuer: text,
  audience: text,
  secret: optionalText,
  secretFile: optionalText,
  claims,
}

const schemas = {
  demo: Type.Object({ type: Type.Literal('demo') }, strict),
  'jwt-hs256': Type.Object({ type: Type.Literal('jwt-hs256'), ...sharedSecret }, strict),
  'jwt-jwks': Type.Object(
    {
      type: Type.Literal('jwt-jwks'),
      name,
      issuer: text,
      audience: text,
      jwksUrl: optionalText,
      algorithms: Type.Optional(Type.Array(Type.Enum(asymmetric), { minItems: 1 })),
      claims,
    },
    strict,
  ),
  abp: Type.Object({ type: Type.Literal('abp'), ...sharedSecret }, strict),
  introspect: Type.Object(
    {
      type: Type.Literal('introspect'),
      name,
      url: text,
      style: Type.Enum(['rfc7662', 'whoami']),
      issuer: optionalText,
      audience: optionalText,
      clientId: optionalText,
      secret: optionalText,
      secretFile: optionalText,
      claims,
    },
    strict,
  ),
  'trusted-header': Type.Object(
    {
      type: Type.Literal('trusted-header'),
      name,
      proxies: paths,
      secret: optionalText,
      secretFile: optionalText,
      headers: Type.Optional(
        Type.Object(
          {
            userId: headerName,
            username: headerName,
            name: headerName,
            email: headerName,
            sessionId: headerName,
            secret: headerName,
          },
          strict,
        ),
      ),
    },
    strict,
  ),
  wechat: Type.Object(
    {
      type: Type.Literal('wechat'),
      appId: text,
      secret: optionalText,
      secretFile: optionalText,
      baseUrl: optionalText,
      signInUrl: optionalText,
    },
    strict,
  ),
}

type Schemas = typeof schemas
type Kind = keyof Schemas

/** One entry of `IM_IDENTITY`, checked; secrets are read and addresses are safe to ask. */
export type IdentitySettings = { [K in Kind]: Static<Schemas[K]> }[Kind]

export type SettingsSource = {
  /** Where relative paths of secret files start. */
  root: string
  /** Plain http to other machines is refused unless this is set (gateway reference 7, item 4). */
  allowHttp: boolean
}

const shortest: Partial<Record<Kind, number>> = {
  'jwt-hs256': 32,
  abp: 16,
  'trusted-header': 32,
  wechat: 16,
}
const urlKeys = ['jwksUrl', 'url', 'baseUrl', 'signInUrl'] as const

/**
 * Reads the value of `IM_IDENTITY`: a JSON list of providers.
 *
 * @throws {StartError} naming the entry and the key that cannot be used; secrets are not repeated.
 */
export function readIdentitySettings(value: string, source: SettingsSource): IdentitySettings[] {
  const list = parseList(value)
  const settings = list.map((entry, index) => readEntry(entry, `IM_IDENTITY[${index}]`, source))
  requireDistinct(settings)
  return settings
}

/** Whether an address is https, on this machine, or plain http that was allowed. */
export function isSafeUrl(url: URL, allowHttp: boolean): boolean {
  if (url.protocol === 'https:') return true
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return url.protocol === 'http:' && (isLocal || allowHttp)
}

function parseList(value: string): unknown[] {
  let list: unknown
  try {
    list = JSON.parse(value)
  } catch {
    throw new StartError('IM_IDENTITY is not valid JSON.')
  }
  if (Array.isArray(list) && list.length > 0) return list
  throw new StartError('IM_IDENTITY has to be a JSON list with at least one provider.')
}

function readEntry(entry: unknown, at: string, source: SettingsSource): IdentitySettings {
  const { type } = (entry ?? {}) as { type?: unknown }
  const kind = Object.keys(schemas).find((known) => known === type) as Kind | undefined
  if (kind === undefined) {
    throw new StartError(`${at}.type has to be one of ${Object.keys(schemas).join(', ')}.`)
  }
  const validator = Compile(schemas[kind])
  if (!validator.Check(entry)) throw new StartError(`${at}${problemOf(validator.Errors(entry))}.`)
  const settings = { ...entry }
  checkUrls(settings, at, source.allowHttp)
  if (settings.type === 'trusted-header' && !settings.proxies.every(isNetwork)) {
    throw new StartError(`${at}.proxies has to list IP addresses or networks such as 10.0.0.0/8.`)
  }
  if ('secretFile' in settings || kind in shortest) readSecret(settings, at, source.root)
  return settings
}

type Problem = { instancePath: string; params: object; keyword: string }

function problemOf(problems: readonly Problem[]): string {
  const [problem] = problems
  const path = problem?.instancePath.replaceAll('/', '.') ?? ''
  const { requiredProperties } = (problem?.params ?? {}) as { requiredProperties?: string[] }
  if (requiredProperties?.[0] !== undefined) return `${path}.${requiredProperties[0]} is missing`
  return `${path} is not valid`
}

function checkUrls(settings: IdentitySettings, at: string, allowHttp: boolean): void {
  const values = settings as Partial<Record<string, unknown>>
  const isDiscovery = settings.type === 'jwt-jwks' && settings.jwksUrl === undefined
  for (const key of isDiscovery ? (['issuer'] as const) : urlKeys) {
    const value = values[key]
    if (typeof value !== 'string') continue
    if (!URL.canParse(value) || !isSafeUrl(new URL(value), allowHttp)) {
      throw new StartError(
        `${at}.${key} has to be an https address; plain http to another machine needs IM_ALLOW_HTTP=1.`,
      )
    }
  }
}

type WithSecret = Exclude<IdentitySettings, { type: 'demo' | 'jwt-jwks' }>

function readSecret(settings: IdentitySettings, at: string, root: string): void {
  if (settings.type === 'demo' || settings.type === 'jwt-jwks') return
  if (settings.secretFile !== undefined) settings.secret = secretInFile(settings, at, root)
  const length = Buffer.byteLength(settings.secret ?? '')
  const least = shortest[settings.type] ?? 1
  if (length >= least) return
  throw new StartError(
    length === 0
      ? `${at}.secret is missing; set it or secretFile.`
      : `${at}.secret is too short; it has to have at least ${least} bytes.`,
  )
}

function secretInFile({ secretFile = '' }: WithSecret, at: string, root: string): string {
  try {
    return readFileSync(resolve(root, secretFile), 'utf8').trim()
  } catch {
    throw new StartError(`${at}.secretFile cannot be read.`)
  }
}

function requireDistinct(settings: readonly IdentitySettings[]): void {
  const names = settings
    .filter(({ type }) => type !== 'wechat')
    .map((one) => ('name' in one ? (one.name ?? '') : ''))
  if (new Set(names).size !== names.length) {
    throw new StartError(
      'IM_IDENTITY has several providers; give all but one a different name, so that their user ids cannot be mixed up.',
    )
  }
  for (const single of ['wechat', 'trusted-header']) {
    if (settings.filter(({ type }) => type === single).length > 1) {
      throw new StartError(`IM_IDENTITY has more than one entry of type ${single}.`)
    }
  }
}
