import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../../server/config'
import { StartError } from '../../../../server/errors'
import { readIdentitySettings } from '../../../../server/gateway/identity/identitySettings'

const key = 'k'.repeat(32)
const read = (entries: unknown, allowHttp = false) =>
  readIdentitySettings(JSON.stringify(entries), { root: '/repository', allowHttp })

const hs256 = { type: 'jwt-hs256', issuer: 'i', audience: 'a', secret: key }
const jwks = { type: 'jwt-jwks', issuer: 'https://idp.example.com', audience: 'a' }
const abp = { type: 'abp', issuer: 'i', audience: 'a', secret: key }
const rfc7662 = { type: 'introspect', url: 'https://erp.example.com/i', style: 'rfc7662' }
const wechat = { type: 'wechat', appId: 'wx1', secret: key }

describe('IM_IDENTITY', () => {
  it('takes one entry of every type', () => {
    const entries = [
      { type: 'demo' },
      { ...hs256, name: 'erp' },
      { ...jwks, name: 'sso', algorithms: ['ES256'] },
      { ...abp, name: 'abp' },
      { ...rfc7662, name: 'crm', claims: { userId: ['id'] } },
      wechat,
    ]
    expect(read(entries)).toEqual(entries)
  })

  it('reads a secret from a file next to the configuration', () => {
    const root = mkdtempSync(join(tmpdir(), 'identity-'))
    writeFileSync(join(root, 'erp.key'), `${key}\n`)
    const entry = { ...abp, secret: undefined, secretFile: 'erp.key' }
    const [settings] = readIdentitySettings(JSON.stringify([entry]), { root, allowHttp: false })
    expect(settings).toMatchObject({ secret: key })
    rmSync(root, { recursive: true })
  })

  it('reaches the configuration', () => {
    const { identities } = readConfig({ IM_IDENTITY: JSON.stringify([hs256]) }, '/repository')
    expect(identities).toEqual([hs256])
  })

  it.each<[unknown, string]>([
    [{}, 'IM_IDENTITY has to be a JSON list'],
    [[], 'at least one provider'],
    [[null], 'IM_IDENTITY[0].type'],
    [[{ type: 'header' }], 'IM_IDENTITY[0].type has to be one of demo, jwt-hs256'],
    [[{ ...hs256, issuer: undefined }], 'IM_IDENTITY[0].issuer is missing'],
    [[{ ...hs256, audience: '' }], 'IM_IDENTITY[0].audience is not valid'],
    [[{ ...hs256, secret: undefined }], 'IM_IDENTITY[0].secret is missing'],
    [[{ ...hs256, secret: 'short' }], 'IM_IDENTITY[0].secret is too short'],
    [[{ ...hs256, secretFile: 'none.key' }], 'IM_IDENTITY[0].secretFile cannot be read'],
    [[{ ...hs256, algorithms: ['none'] }], 'IM_IDENTITY[0].algorithms is not valid'],
    [[{ ...abp, secret: '123qwe' }], 'IM_IDENTITY[0].secret is too short'],
    [[{ ...jwks, algorithms: ['HS256'] }], 'IM_IDENTITY[0].algorithms'],
    [[{ ...jwks, algorithms: [] }], 'IM_IDENTITY[0].algorithms'],
    [[{ ...jwks, issuer: 'http://idp.example.com' }], 'IM_IDENTITY[0].issuer has to be an https'],
    [[{ ...jwks, jwksUrl: 'http://idp.example.com' }], 'IM_IDENTITY[0].jwksUrl'],
    [[{ type: 'demo' }, { ...rfc7662, name: 'x', url: 'erp' }], 'IM_IDENTITY[1].url'],
    [[{ ...rfc7662, style: 'guess' }], 'IM_IDENTITY[0].style'],
    [[{ ...wechat, baseUrl: 'http://wx.example.com' }], 'IM_IDENTITY[0].baseUrl'],
    [[{ ...hs256, name: 'a b' }], 'IM_IDENTITY[0].name'],
    [[hs256, abp], 'a different name'],
    [[{ type: 'demo' }, abp], 'a different name'],
    [[wechat, { ...wechat, appId: 'wx2' }], 'more than one entry of type wechat'],
  ])('refuses %j in one sentence that names the key', (entries, text) => {
    expect(() => read(entries)).toThrow(StartError)
    expect(() => read(entries)).toThrow(text)
    expect(() => read(entries)).toThrow(/^[^\n]+\.$/)
  })

  it('refuses what is not JSON and does not repeat it', () => {
    const value = `[{"secret": "${key}"`
    const readText = () => readIdentitySettings(value, { root: '/', allowHttp: false })
    expect(readText).toThrow('IM_IDENTITY is not valid JSON.')
    expect(readText).not.toThrow(key)
  })

  it('allows plain http on this machine, and elsewhere only when told', () => {
    expect(read([{ ...jwks, issuer: 'http://127.0.0.1:9' }])).toHaveLength(1)
    expect(read([{ ...jwks, issuer: 'http://idp.internal' }], true)).toHaveLength(1)
  })
})
