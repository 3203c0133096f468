import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Writable } from 'node:stream'
import { readConfig } from '../../server/config'
import { demoPeople } from '../../server/demo/people'
import { createLogger } from '../../server/gateway/logging'
import { startAll, type RunningServers } from '../../server/startAll'

export const root = resolve(__dirname, '../..')

/** A person of the demo, signed in to the gateway with both kinds of credentials. */
export type Person = {
  bearer: string
  userId: string
  authToken: string
  username: string
  headers: Record<string, string>
}

/** Gateway and embedded chat server in this process, with the demo people. */
export type Servers = {
  url: string
  running: RunningServers
  dataDir: string
  logText(): string
  close(): Promise<void>
}

export async function startServers(env: Record<string, string> = {}): Promise<Servers> {
  const dataDir = mkdtempSync(join(tmpdir(), 'security-'))
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const settings = {
    ...{ PORT: '0', EMBEDDED_PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir },
    ...env,
  }
  const running = await startAll(readConfig(settings, root), createLogger('debug', stream))
  return {
    url: running.url,
    running,
    dataDir,
    logText: () => lines.join(''),
    async close() {
      await running.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export async function businessToken(url: string, username: string): Promise<string> {
  const person = demoPeople.find((one) => one.username === username)!
  const answer = await postJson<{ accessToken: string }>(`${url}/api/TokenAuth/Authenticate`, {
    ...{ userNameOrEmailAddress: username, password: person.password },
  })
  return answer.result.accessToken
}

type ChatSession = { userId: string; authToken?: string; username: string }

export async function signIn(url: string, username: string): Promise<Person> {
  const bearer = await businessToken(url, username)
  const authorization = `Bearer ${bearer}`
  const { result } = await postJson<ChatSession>(
    `${url}/api/services/app/Im/Authenticate`,
    {},
    { authorization },
  )
  const { userId, authToken = '' } = result
  const pair: Record<string, string> =
    authToken === '' ? {} : { 'x-user-id': userId, 'x-auth-token': authToken }
  return { bearer, userId, authToken, username, headers: { authorization, ...pair } }
}

export type Answer<T> = { status: number; headers: Headers; result: T }

/** Posts JSON; `result` is ABP's, or the whole body where the answer is not in its envelope. */
export async function postJson<T>(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { result?: T }
  const { status } = response
  return { status, headers: response.headers, result: answer.result ?? (answer as T) }
}

export async function firstRoom(url: string, { headers }: Person): Promise<string> {
  const response = await fetch(`${url}/api/v1/subscriptions.get`, { headers })
  const { update } = (await response.json()) as { update: { rid: string; t: string }[] }
  return update.find(({ t }) => t !== 'd')!.rid
}

export type Uploaded = { path: string; fileId: string; rid: string; messageId: string }

/** Uploads a file into a room the way clients do. @returns its path as the message has it. */
export async function upload(
  url: string,
  person: Person,
  {
    name,
    type,
    content,
  }: { name: string; type: string; content: string | Uint8Array<ArrayBuffer> },
): Promise<Uploaded> {
  const rid = await firstRoom(url, person)
  const form = new FormData()
  form.append('file', new Blob([content], { type }), name)
  const response = await fetch(`${url}/api/v1/rooms.media/${rid}`, {
    ...{ method: 'POST', headers: person.headers, body: form },
  })
  const { file } = (await response.json()) as { file: { _id: string; url: string } }
  const confirmed = await postJson<{ message: { _id: string } }>(
    `${url}/api/v1/rooms.mediaConfirm/${rid}/${file._id}`,
    {},
    person.headers,
  )
  const path = new URL(file.url, 'http://chat').pathname
  return { path, fileId: file._id, rid, messageId: confirmed.result.message._id }
}
