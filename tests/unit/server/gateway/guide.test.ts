import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../../server/config'
import { createLogger } from '../../../../server/gateway/logging'
import { startAll, type RunningServers } from '../../../../server/startAll'
import { createKey, signJwt, startStandIn, type StandIn } from './identityStandIn'

/** Runs what docs/gateway-guide.md tells its readers to run. */
jest.setTimeout(120_000)

const guide = readFileSync('docs/gateway-guide.md', 'utf8')
const tools = ['bash', 'curl', 'openssl']
const missing = tools.filter((tool) => spawnSync(tool, ['--version']).error !== undefined)

type Env = Record<string, string>
type Answer = { success?: boolean; result?: Record<string, unknown> }

/** The commands below a heading, block by block. */
const blocksOf = (heading: string): string[] => {
  const [, section = ''] = guide.split(`# ${heading}\n`, 2)
  const [own = ''] = section.split(/^#/m, 1)
  return [...own.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block)
}

const isSetting = (line: string): boolean => /^(?:export |npm run server$)/.test(line)

describe('the guide', () => {
  if (missing.length > 0) {
    it('was not tried: a tool that its commands need is missing', () => {
      console.log(`docs/gateway-guide.md was NOT tried: there is no ${missing.join(', ')}.`)
      expect(missing).not.toEqual([])
    })
    return
  }

  const abpKey = 'the security key of an ABP system, 32 bytes and more'
  let folder: string
  let business: StandIn
  let running: RunningServers | undefined
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'guide-'))
    writeFileSync(join(folder, 'abp.key'), abpKey)
    writeFileSync(join(folder, 'proxy.key'), 'the secret of a proxy, 32 bytes and more')
    writeFileSync(join(folder, 'wechat.key'), '0123456789abcdef')
    business = await startStandIn()
    const exp = Math.floor(Date.now() / 1000) + 3600
    const claims = { iss: 'MyCompany', aud: 'MyCompany', sub: '2', unique_name: 'dora', exp }
    const accessToken = await signJwt(claims, { alg: 'HS256', key: Buffer.from(abpKey) })
    const result = { accessToken, expireInSeconds: 3600, userId: 2 }
    business.json('/api/TokenAuth/Authenticate', { result, success: true, __abp: true })
  })
  afterEach(async () => {
    await running?.close()
    running = undefined
    await business.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const bash = (script: string, env: Env = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      const { PATH = '' } = process.env
      const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
        cwd: folder,
        env: { PATH, ...env },
      })
      let output = ''
      let errors = ''
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
      child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(errors))))
    })

  /** Does what the exporting lines of a section say and starts the servers with it. @returns what was exported. */
  const configure = async (blocks: readonly string[], fixed: Env = {}): Promise<Env> => {
    const lines = blocks
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('export '))
    const names = lines.map((line) => /^export (\w+)=/.exec(line)?.[1] ?? '')
    const tell = `node -p 'JSON.stringify(${JSON.stringify(names)}.map((n) => [n, process.env[n]]))'`
    const exported = JSON.parse(await bash([...lines, tell].join('\n'))) as [string, string][]
    const env = { ...Object.fromEntries(exported), ...fixed }
    const place = { PORT: '0', EMBEDDED_PORT: '0', HOST: '127.0.0.1', DATA_DIR: 'data' }
    running = await startAll(readConfig({ ...place, ...env }, folder), createLogger('silent'))
    return env
  }

  /** Runs the other lines. @returns what each curl printed. */
  const follow = async (blocks: readonly string[], env: Env = {}): Promise<Answer[]> => {
    const lines = blocks
      .join('')
      .split('\n')
      .filter((line) => !isSetting(line))
    const script = ['curl() { command curl "$@"; echo; }', ...lines].join('\n')
    const addresses = { GATEWAY: running?.url ?? '', BUSINESS: business.url }
    const output = await bash(script, { ...addresses, ...env })
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Answer)
  }

  const session = { userId: expect.any(String) as string, authToken: expect.any(String) as string }

  it('gets a chat session for a user of an ABP system', async () => {
    const blocks = blocksOf('An ABP system')
    await configure(blocks)
    const [answer] = await follow(blocks)
    expect(answer).toMatchObject({ success: true, result: { ...session, username: 'dora' } })
    expect(JSON.parse(business.seen[0]!.body)).toMatchObject({ userNameOrEmailAddress: 'dora' })
  })

  it('gets a chat session for a user of an OpenID Connect system', async () => {
    const blocks = blocksOf('Any OpenID Connect system')
    const issuer = business.url
    const [exported = ''] = blocks
    expect(exported).toContain('https://id.example.com')
    const own = blocks.map((block) => block.replaceAll('https://id.example.com', issuer))
    const key = await createKey('k1')
    business.json('/.well-known/openid-configuration', { issuer, jwks_uri: `${issuer}/jwks` })
    business.json('/jwks', { keys: [key.jwk] })
    await configure(own)
    const exp = Math.floor(Date.now() / 1000) + 3600
    const claims = { iss: issuer, aud: 'chat', sub: 'x', preferred_username: 'dora', exp }
    const token = await signJwt(claims, { alg: key.alg, kid: key.kid, key: key.privateKey })
    const [answer] = await follow(own, { ACCESS_TOKEN: token })
    expect(answer).toMatchObject({ success: true, result: { ...session, username: 'dora' } })
  })

  it('gets a chat session for a user whom a proxy has signed in', async () => {
    const blocks = blocksOf('A proxy that signs users in')
    await configure(blocks)
    const [answer] = await follow(blocks)
    expect(answer).toMatchObject({ success: true, result: { ...session, name: 'Dora B.' } })
  })

  it('binds a WeChat person to a business account and renews the sign-in', async () => {
    const erp = 'https://erp.example.com'
    const blocks = blocksOf('WeChat').map((block) => block.replaceAll(erp, business.url))
    const identities = JSON.parse(/'(\[.*\])'/.exec(blocks[0] ?? '')?.[1] ?? '') as object[]
    business.json('/sns/jscode2session', { openid: 'o1', session_key: 'k' })
    const local = identities.map((one) =>
      'appId' in one ? { ...one, baseUrl: business.url } : one,
    )
    await configure(blocks, { IM_IDENTITY: JSON.stringify(local) })
    const [, first = '', bind = '', renew = ''] = (blocks[0] ?? '').split(/^(?=curl)/m)
    const answers: Answer[] = []
    const last = (field: string): string => String(answers.at(-1)?.result?.[field])
    answers.push(...(await follow([first])))
    expect(answers[0]).toMatchObject({ success: true, result: { bindingRequired: true } })
    answers.push(...(await follow([bind.replace('"…"', `"${last('bindingToken')}"`)])))
    expect(answers[1]).toMatchObject({ success: true, result: { expireInSeconds: 900 } })
    answers.push(...(await follow([renew.replace('"…"', `"${last('refreshToken')}"`)])))
    expect(answers[2]).toMatchObject({ success: true, result: { expireInSeconds: 900 } })
    const again = await follow([first])
    expect(again[0]).toMatchObject({ success: true, result: { bindingRequired: false } })
  })

  it('tells the gateway about users', async () => {
    const blocks = blocksOf('2. Tell the gateway about your users (optional)')
    const env = await configure(blocks)
    const answers = await follow(blocks, env)
    expect(answers).toHaveLength(5)
    for (const answer of answers) expect(answer).toMatchObject({ success: true })
    expect(answers.at(-1)?.result).toMatchObject({ checked: 1, failed: [] })
  })

  it('tells the gateway about users by signed messages', async () => {
    const blocks = blocksOf('Or by a signed message')
    const secret = { IM_HOOK_SECRET: 'h'.repeat(64) }
    const env = await configure([], secret)
    expect(await follow(blocks, env)).toEqual([expect.objectContaining({ success: true })])
  })

  it('has tried every command that it names', () => {
    const tried = [
      'An ABP system',
      'Any OpenID Connect system',
      'A proxy that signs users in',
      'WeChat',
      '2. Tell the gateway about your users (optional)',
      'Or by a signed message',
    ].flatMap(blocksOf)
    expect([...guide.matchAll(/```sh/g)]).toHaveLength(tried.length)
  })
})
