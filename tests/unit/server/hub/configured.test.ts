import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../../server/config'
import { demoPeople } from '../../../../server/demo/people'
import { createLogger } from '../../../../server/gateway/logging'
import { startAll, type RunningServers } from '../../../../server/startAll'
import { officialClient, until } from './hubHarness'

let folder: string
let servers: RunningServers
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'configured-'))
  const env = { PORT: '0', EMBEDDED_PORT: '0', HOST: '127.0.0.1', DATA_DIR: join(folder, 'data') }
  const config = readConfig({ ...env, IM_REALTIME: 'signalr' }, folder)
  servers = await startAll(config, createLogger('silent'))
})
afterEach(async () => {
  await servers.close()
  rmSync(folder, { recursive: true, force: true })
})

async function post<T>(path: string, body: object, headers: object = {}): Promise<T> {
  const response = await fetch(`${servers.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return ((await response.json()) as { result: T }).result
}

describe('IM_REALTIME=signalr', () => {
  it('starts a gateway whose clients hold the business token alone', async () => {
    const [alice] = demoPeople
    const { accessToken } = await post<{ accessToken: string }>('/api/TokenAuth/Authenticate', {
      userNameOrEmailAddress: alice!.username,
      password: alice!.password,
    })
    const authorization = `Bearer ${accessToken}`
    const session = await post<{ realtime: { mode: string; url: string } }>(
      '/api/services/app/Im/Authenticate',
      {},
      { authorization },
    )
    expect(session).not.toHaveProperty('authToken')
    expect(session.realtime.mode).toBe('signalr')
    const client = officialClient(servers.url + session.realtime.url, {
      token: accessToken,
      negotiation: true,
    })
    const states: unknown[] = []
    client.on('sessionState', ({ state }) => states.push(state))
    await client.start()
    await until(() => states.at(-1) === 'live')
    await client.invoke('subscribeRoom', 'GENERAL')
    await client.stop()
  })
})
