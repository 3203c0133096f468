import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import WebSocket from 'ws'
import {
  headersOf,
  startHarness,
  type Answer,
  type Harness,
  type Session,
} from '../unit/server/gateway/harness'
import { rawExchange } from './rawSocket'

/** The gateway of the test that runs; see `everyTestHasAGateway`. */
export let harness: Harness

/** Gives each test of a file a gateway of its own, in front of a fake chat server. */
export function everyTestHasAGateway(): void {
  jest.setTimeout(30_000)
  beforeEach(async () => {
    harness = await startHarness()
  })
  afterEach(() => harness.close())
}

/** Whom the chat server takes the holder of these credentials for. */
export function me(harness: Harness, session: Session): Promise<Answer> {
  return harness.send('/api/v1/me', { headers: headersOf(session) })
}

/** The status with which a websocket is refused; 101 when it is opened. */
export function socketStatus(
  harness: Harness,
  path: string,
  headers: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${harness.gateway.url.replace('http', 'ws')}${path}`, { headers })
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('error', reject)
  })
}

/** The status of a request whose first line goes over the wire as it is; 0 when there is no answer. */
export async function rawStatus(
  harness: Harness,
  line: string,
  headers: Record<string, string>,
): Promise<number> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const text = await rawExchange(
    harness.gateway.port,
    [line, 'Host: gateway', 'Connection: close', ...lines, '', ''].join('\r\n'),
  )
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)
}

/** Everything that a thief of the data folder could read. */
export function storedText(dataDir: string): string {
  const read = (name: string) => readFileSync(join(dataDir, name), 'latin1')
  return read('gateway.db') + read('gateway.db-wal')
}
