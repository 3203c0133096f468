// A load generator that costs little, so that it leaves the second core to what is measured.
import { Pool } from 'undici'
import { WebSocket } from 'ws'
import type { EmbeddedProcess } from './embeddedProcess'

export type Person = { uid: string; token: string }

export type Rest = {
  get(path: string, person: Person): Promise<string>
  post(path: string, body: unknown, person?: Person): Promise<string>
  close(): Promise<void>
}

/** REST calls over kept connections. @throws Error for every answer but 200. */
export const openRest = (url: string, connections: number): Rest => {
  const pool = new Pool(url, { connections, pipelining: 1 })
  const call = async (method: 'GET' | 'POST', path: string, body?: string, person?: Person) => {
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (person !== undefined) {
      headers['x-user-id'] = person.uid
      headers['x-auth-token'] = person.token
    }
    const answer = await pool.request({
      method,
      path: `/api/v1/${path}`,
      headers,
      body: body ?? null,
    })
    const text = await answer.body.text()
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text}`)
    return text
  }
  return {
    get: (path, person) => call('GET', path, undefined, person),
    post: (path, body, person) => call('POST', path, JSON.stringify(body), person),
    close: () => pool.close(),
  }
}

/** Signs in the administrator and gets tokens for others. */
export const openPeople = async (
  rest: Rest,
  server: EmbeddedProcess,
): Promise<{ admin: Person; as(uid: string): Promise<Person> }> => {
  const { username, password } = server.admin
  const { data } = JSON.parse(await rest.post('login', { user: username, password })) as {
    data: { userId: string; authToken: string }
  }
  const admin = { uid: data.userId, token: data.authToken }
  return {
    admin,
    as: async (uid) => {
      const body = { userId: uid, secret: server.createTokenSecret }
      const answer = JSON.parse(await rest.post('users.createToken', body, admin)) as {
        data: { authToken: string }
      }
      return { uid, token: answer.data.authToken }
    },
  }
}

/** Calls `task` again and again, `width` at a time, for `ms` milliseconds; answers how many ended in a second. */
export const callsPerSecond = async (
  width: number,
  ms: number,
  task: (index: number) => Promise<unknown>,
): Promise<number> => {
  const started = performance.now()
  let index = 0
  let done = 0
  const worker = async (): Promise<void> => {
    while (performance.now() - started < ms) {
      await task(index++)
      done += 1
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  return (done / (performance.now() - started)) * 1000
}

/** Starts `task` `rate` times a second for `ms` milliseconds, whether earlier ones have ended or not. */
export const paced = async (
  rate: number,
  ms: number,
  task: (index: number) => Promise<unknown>,
): Promise<void> => {
  const started = performance.now()
  const running: Promise<unknown>[] = []
  for (let index = 0; ;) {
    const elapsed = performance.now() - started
    if (elapsed >= ms) break
    for (const due = (elapsed / 1000) * rate; index < due; index += 1) running.push(task(index))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(running)
}

/** A websocket that counts what it gets. */
export type Listener = { close(): void }

const connectFrame = JSON.stringify({ msg: 'connect', version: '1', support: ['1'] })

/**
 * Opens a socket as a client does: signed in, then subscribed.
 * @param onChange gets every `changed` frame; it must not keep it.
 */
export const openListener = (
  url: string,
  person: Person,
  streams: readonly (readonly [name: string, event: string])[],
  onChange: (frame: Buffer) => void,
): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/websocket`, {
      perMessageDeflate: false,
    })
    let waiting = streams.length
    const send = (frame: unknown): void => socket.send(JSON.stringify(frame))
    socket.on('error', reject)
    socket.on('open', () => socket.send(connectFrame))
    socket.on('message', (data: Buffer) => {
      if (data.subarray(8, 15).toString('latin1') === 'changed') {
        onChange(data)
        return
      }
      const frame = JSON.parse(data.toString()) as { msg?: string; error?: unknown }
      if (frame.msg === 'ping') send({ msg: 'pong' })
      if (frame.msg === 'connected') {
        send({ msg: 'method', id: '1', method: 'login', params: [{ resume: person.token }] })
      }
      if (frame.msg === 'result') {
        streams.forEach(([name, event], index) => {
          send({ msg: 'sub', id: String(index), name: `stream-${name}`, params: [event, false] })
        })
      }
      if (frame.msg === 'nosub') reject(new Error(`refused: ${JSON.stringify(frame.error)}`))
      if (frame.msg === 'ready' && --waiting === 0) resolve({ close: () => socket.terminate() })
    })
  })
