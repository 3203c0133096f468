import { openNativeSocket } from '../../../../browser/bridgeClient'
import { textOf } from '../text'
import type { Records } from '../records'
import { ApiFailure, type ApiOptions, tell } from './callbacks'
import type { Phone } from './phone'

/** WeChat allows this many sockets at a time. */
const limit = 5

type Listener = (event: Record<string, unknown>) => void
type EventName = 'open' | 'message' | 'close' | 'error'

/** wx.connectSocket over real WebSockets. Going offline ends every socket with code 1006. */
export function createConnectSocket(phone: Phone, records: Records) {
  const open = new Set<WebSocket>()
  return (options: ApiOptions = {}) => {
    if (open.size >= limit) {
      tell('connectSocket', options, new ApiFailure('exceed max socket connections'))
      return undefined
    }
    const url = String(options.url)
    const headers = Object.entries((options.header ?? {}) as Record<string, unknown>)
    const protocols = (options.protocols ?? []) as string[]
    const socket = openNativeSocket(
      { url, headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])) },
      protocols,
    )
    open.add(socket)
    const task = createTask(socket, url, records)
    socket.addEventListener('close', () => open.delete(socket))
    const stopWatching = phone.onConnectivity((online) => {
      if (!online) task.cut()
    })
    socket.addEventListener('close', stopWatching)
    if (!phone.online()) queueMicrotask(() => task.cut())
    void Promise.resolve().then(() => tell('connectSocket', options, {}))
    return task.face
  }
}

function createTask(socket: WebSocket, url: string, records: Records) {
  const listeners: Record<EventName, Listener[]> = { open: [], message: [], close: [], error: [] }
  let over = false
  const record = (event: 'open' | 'in' | 'out' | 'close', data?: unknown): void => {
    records.network.push({ kind: 'socket', event, url, size: sizeOf(data) })
  }
  const emit = (name: EventName, event: Record<string, unknown>): void => {
    if (over) return
    for (const listener of [...listeners[name]]) listener(event)
  }
  const end = (code: number, reason: string): void => {
    record('close')
    emit('close', { code, reason })
    over = true
  }
  socket.addEventListener('open', () => {
    record('open')
    emit('open', { header: {}, profile: {} })
  })
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!over) record('in', data)
    emit('message', { data })
  })
  socket.addEventListener('error', () => emit('error', { errMsg: 'connectSocket:fail' }))
  socket.addEventListener('close', ({ code, reason }) => {
    if (!over) end(code, reason)
  })
  return {
    /** The network is gone: the program hears it, the other side sees the connection break. */
    cut(): void {
      if (over) return
      emit('error', { errMsg: 'connectSocket:fail network is not available' })
      end(1006, 'abnormal closure')
      socket.close()
    },
    face: createFace(socket, listeners, (data) => record('out', data)),
  }
}

/** The SocketTask that the program holds. */
function createFace(
  socket: WebSocket,
  listeners: Record<EventName, Listener[]>,
  recordSent: (data: unknown) => void,
) {
  return {
    get readyState(): number {
      return socket.readyState
    },
    CONNECTING: 0,
    OPEN: 1,
    CLOSING: 2,
    CLOSED: 3,
    send(options: ApiOptions): void {
      if (socket.readyState !== WebSocket.OPEN) {
        tell('sendSocketMessage', options, new ApiFailure('SocketTask.readyState is not OPEN'))
        return
      }
      socket.send(options.data as string | ArrayBuffer)
      recordSent(options.data)
      tell('sendSocketMessage', options, {})
    },
    close(options: ApiOptions = {}): void {
      socket.close(Number(options.code ?? 1000), textOf(options.reason))
      tell('closeSocket', options, {})
    },
    onOpen: (listener: Listener) => listeners.open.push(listener),
    onMessage: (listener: Listener) => listeners.message.push(listener),
    onClose: (listener: Listener) => listeners.close.push(listener),
    onError: (listener: Listener) => listeners.error.push(listener),
  }
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return new TextEncoder().encode(data).length
  return data instanceof ArrayBuffer ? data.byteLength : 0
}
