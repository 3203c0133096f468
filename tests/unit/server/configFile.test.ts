import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../server/config'
import { StartError } from '../../../server/errors'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'config-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const secret = 'a-secret-of-more-than-thirty-two-bytes'

function write(name: string, content: unknown): void {
  writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content))
}

const read = (file: unknown, env: Record<string, string> = {}) => {
  write('im.json', file)
  return readConfig({ IM_CONFIG: 'im.json', ...env }, root)
}

describe('the configuration file', () => {
  it('has the keys of the environment, with numbers, switches and lists as JSON has them', () => {
    const config = read({
      ...{ PORT: 9000, DEMO: false, IM_COOKIES: true, IM_RATE_LIMIT: '5/10' },
      CORS_ORIGINS: ['https://a.example', 'https://b.example/'],
      TRUSTED_PROXIES: ['10.0.0.0/8', '::1'],
      IM_IDENTITY: [{ type: 'demo' }],
      IM_SERVICE_SECRET: secret,
    })
    expect(config).toMatchObject({
      ...{ port: 9000, demo: false, cookies: true, rateLimit: { perSecond: 5, burst: 10 } },
      corsOrigins: ['https://a.example', 'https://b.example'],
      trustedProxies: ['10.0.0.0/8', '::1'],
      identities: [{ type: 'demo' }],
      serviceSecret: secret,
    })
  })

  it('gives way to the environment, key by key; an empty variable is none', () => {
    const file = { PORT: 9000, EMBEDDED_PORT: 9001, HOST: '127.0.0.1' }
    const config = read(file, { PORT: '9100', HOST: '' })
    expect([config.port, config.host, config.chat]).toEqual([
      9100,
      '127.0.0.1',
      { kind: 'embedded', port: 9001 },
    ])
  })

  it('takes secrets as paths, from the file and from the environment', () => {
    write('service.key', `${secret}\n`)
    write('hook.key', `${secret}-2`)
    const config = read(
      { IM_SERVICE_SECRET_FILE: 'service.key' },
      { IM_HOOK_SECRET_FILE: 'hook.key' },
    )
    expect([config.serviceSecret, config.hookSecret]).toEqual([secret, `${secret}-2`])
  })

  it('lets a secret of the environment win over a path of the file', () => {
    write('service.key', secret)
    const env = { IM_SERVICE_SECRET: `${secret}-env` }
    expect(read({ IM_SERVICE_SECRET_FILE: 'service.key' }, env).serviceSecret).toBe(`${secret}-env`)
  })
})

describe('a wrong configuration', () => {
  const problemOf = (file: unknown, env: Record<string, string> = {}): string => {
    try {
      read(file, env)
    } catch (error) {
      if (error instanceof StartError) return error.message
      throw error
    }
    return 'accepted'
  }

  it.each<[object, string]>([
    [{ IM_ADRESS: 'https://chat.example.com' }, 'IM_ADRESS'],
    [{ port: 9000 }, 'port'],
    [{ IM_CONFIG: 'other.json' }, 'IM_CONFIG'],
    [{ DATA_DIR_FILE: 'x' }, 'DATA_DIR_FILE'],
    [{ PORT: 70000 }, 'PORT'],
    [{ PORT: null }, 'PORT'],
    [{ HOST: {} }, 'HOST'],
    [{ CORS_ORIGINS: [1] }, 'CORS_ORIGINS'],
    [{ CORS_ORIGINS: ['nonsense'] }, 'CORS_ORIGINS'],
    [{ TRUSTED_PROXIES: ['my-proxy'] }, 'TRUSTED_PROXIES'],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, 'TRUSTED_PROXIES'],
    [{ IM_COOKIES: 'perhaps' }, 'IM_COOKIES'],
    [{ IM_COOKIES: true, IM_REALTIME: 'signalr' }, 'IM_COOKIES'],
    [{ IM_IDENTITY: [{ type: 'demo', more: 1 }] }, 'IM_IDENTITY[0]'],
    [{ IM_SERVICE_SECRET: 'short' }, 'IM_SERVICE_SECRET'],
    [{ IM_SERVICE_SECRET_FILE: 'missing.key' }, 'IM_SERVICE_SECRET_FILE'],
    [{ IM_SERVICE_SECRET_FILE: 'x', IM_SERVICE_SECRET: secret }, 'IM_SERVICE_SECRET_FILE'],
  ])('%j is refused with the name of its key', (file, name) => {
    expect(problemOf(file)).toContain(name)
  })

  it.each(['', '[]', 'null', '{"PORT": 1', `"${secret}"`])('%j is no configuration', (text) => {
    const problem = problemOf(text)
    expect(problem).toContain('IM_CONFIG')
    expect(problem).not.toContain(secret)
  })

  it.each([
    ['{"PORT": 1,}', 'line 1, column 12'],
    ['{\n  "PORT": tru\n}', 'line 2, column 14'],
    [`{\n  "DEMO": true\n  "IM_HOOK_SECRET": "${secret}"\n}`, 'line 3, column 3'],
    [`{"IM_HOOK_SECRET": ${secret}}`, 'line 1, column'],
    ['{"PORT": 1} x', 'line 1, column 13'],
    ['{"PORT": 1', 'it ends too early'],
    ['{"HOST": "lo', 'it ends too early'],
  ])('%j is told with its file and the place, and nothing of it is repeated', (text, place) => {
    const problem = problemOf(text)
    expect(problem).toContain('is not JSON, ')
    expect(problem).toContain(place)
    expect(problem).toContain(root)
    expect(problem).not.toContain(secret)
  })

  it('a mark at the beginning of the file is passed over', () => {
    expect(problemOf('\uFEFF{"PORT": 9000}')).toBe('accepted')
  })

  it('a file that is not there is told with its path', () => {
    expect(() => readConfig({ IM_CONFIG: 'nowhere.json' }, root)).toThrow('nowhere.json')
  })

  it('an empty secret file is told', () => {
    write('empty.key', '\n')
    expect(problemOf({ IM_HOOK_SECRET_FILE: 'empty.key' })).toContain('IM_HOOK_SECRET_FILE')
  })

  it('a misspelt variable of ours is told, another program’s is not', () => {
    expect(problemOf({}, { IM_SERVICE_SECRETS: secret })).toBe(
      'IM_SERVICE_SECRETS is not a known variable.',
    )
    expect(problemOf({}, { IM_TEST_SEED: '1', HOME: '/', CORS: 'x' })).toBe('accepted')
  })

  it('no refusal repeats a secret', () => {
    const values = [
      { IM_ENCRYPTION_KEY: secret },
      { IM_METRICS_TOKEN: 'a b c d e f g h i j k l m n o p q r s' },
      { IM_AGENT_TOKEN: secret, IM_ADDRESS: 'https://a.example' },
    ]
    for (const file of values) {
      const problem = problemOf(file)
      expect(problem).not.toBe('accepted')
      for (const value of Object.values(file)) expect(problem).not.toContain(value)
    }
  })
})
