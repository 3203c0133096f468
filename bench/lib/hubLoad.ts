import { request } from 'undici'
import { WebSocket } from 'ws'
import { hubPath } from '../../server/gateway/relay/backEndWay'
import type { GatewayProcess } from './gatewayProcess'

const separator = '\u001e'

/** A hub client that costs little: it looks for what it needs in the text and parses no event. */
export type HubListener = { close(): void }

export type HubListenerOptions = {
  url: string
  token: string
  /** Subscribed before the listener counts as open; none when left out. */
  roomId?: string
  /** Gets the bytes of every event of a stream; it must not keep them. */
  onEvent?: (record: Buffer) => void
  /** The gateway says that the user's connection to the chat server is live, or not any more. */
  onState?: (isLive: boolean) => void
}

const record = (message: object): string => JSON.stringify(message) + separator

const live = Buffer.from('"state":"live"')
const connecting = Buffer.from('"state":"connecting"')
const notification = Buffer.from('Notification"')
const completion = Buffer.from('"type":3')

/** Resolves when the user is live and has the room; rejects when the gateway refuses. */
export const openHubListener = (options: HubListenerOptions): Promise<HubListener> =>
  new Promise((resolve, reject) => {
    const { url, token, roomId, onEvent, onState } = options
    const socket = new WebSocket(`${url.replace('http', 'ws')}${hubPath}`, {
      perMessageDeflate: false,
      headers: { authorization: `Bearer ${token}` },
    })
    let isOpen = false
    let isLive = false
    const opened = (): void => {
      isOpen = true
      resolve({ close: () => socket.terminate() })
    }
    const subscribe = (): void => {
      const call = { type: 1, invocationId: '1', target: 'subscribeRoom', arguments: [roomId] }
      if (roomId === undefined) opened()
      else socket.send(record(call))
    }
    const timer = setInterval(() => socket.send(record({ type: 6 })), 12_000)
    socket.on('close', () => {
      clearInterval(timer)
      reject(new Error('the gateway closed a hub connection'))
    })
    socket.on('error', reject)
    socket.on('open', () => socket.send(record({ protocol: 'json', version: 1 })))
    socket.on('message', (data: Buffer) => {
      if (data.includes(notification)) onEvent?.(data)
      else if (data.includes(live)) {
        if (!isOpen) subscribe()
        isLive = true
        onState?.(true)
      } else if (data.includes(connecting)) {
        if (isLive) onState?.(false)
        isLive = false
      } else if (!isOpen && data.includes(completion)) {
        if (data.includes('"error"')) reject(new Error(data.toString()))
        else opened()
      }
    })
  })

/** The first call of every client: it gets the user a chat session. */
export const authenticate = async (gateway: GatewayProcess, username: string) => {
  const token = await gateway.token(username)
  const answer = await request(`${gateway.url}/api/services/app/Im/Authenticate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`${username}: ${answer.statusCode} ${text}`)
  const { result } = JSON.parse(text) as { result: { userId: string; authToken?: string } }
  return { token, uid: result.userId, authToken: result.authToken }
}

/** Runs a task for every item, so many at a time. */
export const inParallel = async <Item, Result>(
  items: readonly Item[],
  width: number,
  task: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await task(items[index]!, index)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  return results
}
