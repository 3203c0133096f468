import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { readConfig } from '../../../server/config'
import { explainDataDirError, explainListenError, StartError } from '../../../server/errors'

const root = '/repository'

describe('the configuration', () => {
  it('works without any variable', () => {
    expect(readConfig({}, root)).toEqual({
      port: 8080,
      host: '0.0.0.0',
      dataDir: '/repository/.data',
      demo: true,
      logLevel: 'warn',
      chat: { kind: 'embedded', port: 3000 },
      publicUrl: undefined,
      realtimeUrl: undefined,
      realtimeMode: 'ddp',
      cookies: false,
      corsOrigins: [],
      trustedProxies: [],
      encryptionKey: undefined,
      redisUrl: undefined,
      drainMs: 10_000,
      h5Folder: '/repository/dist/build/h5',
      identities: undefined,
      rateLimit: { perSecond: 50, burst: 1000 },
      metricsToken: undefined,
      serviceSecret: undefined,
      hookSecret: undefined,
      allowHttp: false,
    })
  })

  it('takes a real chat server with its agent', () => {
    const { chat, publicUrl, realtimeUrl, demo } = readConfig(
      {
        IM_ADDRESS: 'https://chat.example.com/im',
        IM_AGENT_USER_ID: 'u1',
        IM_AGENT_TOKEN: 't1',
        IM_CREATE_TOKEN_SECRET: 's1',
        IM_PUBLIC_URL: 'https://chat.example.com/im/',
        DEMO: '0',
      },
      root,
    )
    expect(chat).toEqual({
      kind: 'real',
      address: 'https://chat.example.com/im',
      agent: { kind: 'token', userId: 'u1', token: 't1' },
      createTokenSecret: 's1',
    })
    expect([realtimeUrl, demo]).toEqual(['wss://chat.example.com/im/websocket', false])
    expect(publicUrl).toBe('https://chat.example.com/im')
  })

  it('takes an agent with a password, and none at all', () => {
    const chatOf = (env: Record<string, string>) =>
      readConfig({ IM_ADDRESS: 'http://localhost:3000', ...env }, root).chat
    expect(chatOf({ IM_AGENT_USERNAME: 'a', IM_AGENT_PASSWORD: 'p' })).toMatchObject({
      agent: { kind: 'password', username: 'a', password: 'p' },
    })
    expect(chatOf({})).toMatchObject({ agent: undefined })
  })

  it('gives a real chat server the demo people only where somebody asks for them', () => {
    const demoOf = (env: Record<string, string>) => readConfig(env, root).demo
    expect(demoOf({ IM_ADDRESS: 'https://chat.example.com' })).toBe(false)
    expect(demoOf({ IM_ADDRESS: 'https://chat.example.com', DEMO: '1' })).toBe(true)
  })

  it('counts empty variables as not set', () => {
    expect(readConfig({ PORT: ' ', IM_ADDRESS: '' }, root)).toMatchObject({
      port: 8080,
      chat: { kind: 'embedded' },
    })
  })

  it.each([
    [{ PORT: 'http' }, 'PORT'],
    [{ PORT: '70000' }, 'PORT'],
    [{ PORT: '-1' }, 'PORT'],
    [{ EMBEDDED_PORT: '3.5' }, 'EMBEDDED_PORT'],
    [{ PORT: '3000' }, 'PORT and EMBEDDED_PORT'],
    [{ DEMO: 'maybe' }, 'DEMO'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ IM_ADDRESS: 'chat.example.com' }, 'IM_ADDRESS'],
    [{ IM_ADDRESS: 'ftp://chat.example.com' }, 'IM_ADDRESS'],
    [{ IM_ADDRESS: 'https://user:pw@chat.example.com' }, 'IM_ADDRESS'],
    [{ IM_PUBLIC_URL: 'nowhere' }, 'IM_PUBLIC_URL'],
    [{ IM_REALTIME: 'sse' }, 'IM_REALTIME'],
    [{ CORS_ORIGINS: 'https://a.example.com, b' }, 'CORS_ORIGINS'],
    [{ IM_ADDRESS: 'https://a.b', IM_AGENT_TOKEN: 'x' }, 'IM_AGENT_USER_ID'],
    [{ IM_ADDRESS: 'https://a.b', IM_AGENT_USERNAME: 'x' }, 'IM_AGENT_PASSWORD'],
    [{ IM_ADDRESS: 'https://a.b', IM_CREATE_TOKEN_SECRET: 'x' }, 'IM_AGENT_USER_ID'],
    [{ IM_AGENT_TOKEN: 'x' }, 'IM_AGENT_USER_ID'],
    [{ IM_AGENT_USER_ID: 'x', IM_AGENT_TOKEN: 'x' }, 'IM_ADDRESS'],
    [{ IM_AGENT_USERNAME: 'x', IM_AGENT_PASSWORD: 'x' }, 'IM_ADDRESS'],
    [{ IM_CREATE_TOKEN_SECRET: 'x' }, 'IM_ADDRESS'],
    [{ IM_ENCRYPTION_KEY: 'short' }, 'IM_ENCRYPTION_KEY'],
    [{ IM_SERVICE_SECRET: 'short' }, 'IM_SERVICE_SECRET'],
    [{ IM_HOOK_SECRET: 'short' }, 'IM_HOOK_SECRET'],
    [{ IM_METRICS_TOKEN: 'short' }, 'IM_METRICS_TOKEN'],
    [{ IM_RATE_LIMIT: '0/1' }, 'IM_RATE_LIMIT'],
    [{ IM_RATE_LIMIT: 'many' }, 'IM_RATE_LIMIT'],
  ])('refuses %j in one sentence that names the variable', (env, name) => {
    const read = () => readConfig(env, root)
    expect(read).toThrow(StartError)
    expect(read).toThrow(name)
    expect(read).toThrow(/^[^\n]+\.$/)
  })

  it('weakness 4: refuses plain http to another machine unless told otherwise', () => {
    const env = { IM_ADDRESS: 'http://chat.internal' }
    expect(() => readConfig(env, root)).toThrow('IM_ALLOW_HTTP=1')
    expect(readConfig({ ...env, IM_ALLOW_HTTP: '1' }, root).chat).toMatchObject({
      address: 'http://chat.internal/',
    })
  })

  it('does not repeat a secret in its sentence', () => {
    expect(() => readConfig({ IM_ENCRYPTION_KEY: 'my-secret' }, root)).not.toThrow('my-secret')
  })
})

describe('failures of the system', () => {
  it('names port and variable when the port is in use', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const error = await new Promise((resolve) =>
      createServer().on('error', resolve).listen(port, '127.0.0.1'),
    )
    expect(String(explainListenError(error, port, 'PORT'))).toContain(
      `Port ${port} is already in use; stop the program that uses it or choose another one with PORT.`,
    )
    server.close()
  })

  it.each([
    [{ code: 'ENOSPC' }, 'is on a disk that is full'],
    [{ code: 'EACCES' }, 'is not writable'],
    [{ code: 'EROFS' }, 'is on a read-only'],
    [new Error('database or disk is full'), 'is on a disk that is full'],
    [new Error('attempt to write a readonly database'), 'is on a read-only'],
  ])('explains %p of the data folder', (error, text) => {
    expect(String(explainDataDirError(error, '/data'))).toContain(`The data folder /data ${text}`)
  })

  it('leaves other errors as they are', () => {
    const error = new Error('something else')
    expect(explainDataDirError(error, '/data')).toBe(error)
    expect(explainListenError(error, 1, 'PORT')).toBe(error)
  })
})
