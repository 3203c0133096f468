import { openNativeSocket } from '../../../browser/bridgeClient'
import type { Phone } from './phone'
import type { AppRecords } from './records'
import { fromBase64, textsOf, toBase64 } from './stream'

type Target = { id: string; url: string; protocol?: string; header?: Record<string, unknown> }
type Binary = { '@type': 'binary'; base64: string }
type Listener = (event: Record<string, unknown>) => void
type EventName = 'open' | 'message' | 'close' | 'error'

/** The native module `uni-webSocket`. Going offline ends every socket with code 1006. */
export function createSockets(phone: Phone, records: AppRecords) {
  const sockets = new Map<string, { socket: WebSocket; cut(): void }>()
  const listeners: Partial<Record<EventName, Listener>> = {}
  phone.plusEvents.addEventListener('netchange', () => {
    if (!phone.online()) for (const { cut } of [...sockets.values()]) cut()
  })
  const open = ({ id, url, protocol, header }: Target): void => {
    const protocols = protocol === undefined ? [] : protocol.split(',').filter(Boolean)
    const socket = openNativeSocket({ url, headers: textsOf(header) }, protocols)
    const record = (event: 'open' | 'in' | 'close', size = 0): void =>
      void records.network.push({ kind: 'socket', event, url, size })
    const end = (code: number, reason: string): void => {
      if (!sockets.delete(id)) return
      record('close')
      listeners.close?.({ id, code, reason })
    }
    const cut = (): void => {
      listeners.error?.({ id })
      end(1006, 'network changed')
      socket.close()
    }
    sockets.set(id, { socket, cut })
    socket.addEventListener('open', () => {
      record('open')
      listeners.open?.({ id })
    })
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (!sockets.has(id)) return
      record('in', typeof data === 'string' ? data.length : data.byteLength)
      listeners.message?.({
        id,
        data: typeof data === 'string' ? data : { '@type': 'binary', base64: toBase64(data) },
      })
    })
    socket.addEventListener('error', () => {
      if (sockets.has(id)) listeners.error?.({ id })
    })
    socket.addEventListener('close', ({ code, reason }) => end(code, reason))
    if (!phone.online()) setTimeout(cut)
  }
  return {
    WebSocket: open,
    send({ id, data }: { id: string; data: string | Binary }) {
      const socket = sockets.get(id)?.socket
      if (!socket) throw new Error('WebSocket is not connected')
      const raw = typeof data === 'string' ? data : fromBase64(data.base64)
      socket.send(raw)
      const size = typeof raw === 'string' ? raw.length : raw.byteLength
      records.network.push({ kind: 'socket', event: 'out', url: socket.url, size })
    },
    close({ id, args }: { id: string; args?: { code?: number; reason?: string } }) {
      sockets.get(id)?.socket.close(args?.code ?? 1000, args?.reason ?? '')
    },
    onopen: (listener: Listener) => void (listeners.open = listener),
    onmessage: (listener: Listener) => void (listeners.message = listener),
    onclose: (listener: Listener) => void (listeners.close = listener),
    onerror: (listener: Listener) => void (listeners.error = listener),
  }
}
