import { WebSocket } from 'ws'
import type { OpenSocket } from '../../../../src/platform/types'

/** Real sockets in Node, for tests against real servers: the same contract as the platform's `openSocket`. */
export const openNodeSocket: OpenSocket = (url, handlers, protocols) => {
  const socket = new WebSocket(url, protocols === undefined ? [] : [...protocols])
  socket.on('open', () => handlers.onOpen())
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) handlers.onMessage(data.toString('utf8'))
  })
  socket.on('close', (code, reason) => handlers.onClose(code, reason.toString('utf8')))
  socket.on('error', (error) => handlers.onError(error.message))
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close(code = 1000, reason = '') {
      if (socket.readyState === WebSocket.CONNECTING) socket.terminate()
      else socket.close(code, reason)
    },
  }
}

type RequestOptions = {
  url: string
  method: string
  header: Record<string, string>
  data?: unknown
  timeout?: number
  complete(response: Record<string, unknown>): void
}

/** Puts a `uni.request` over Node's fetch in place, so that the http instance talks to real servers. */
export function installNodeRequest(): void {
  const request = (options: RequestOptions): { abort(): void } => {
    const controller = new AbortController()
    exchange(options, controller.signal).then(options.complete, (error: unknown) =>
      options.complete({ errMsg: `request:fail ${String(error)}` }),
    )
    return { abort: () => controller.abort() }
  }
  Object.assign(globalThis, { uni: { request } })
}

async function exchange(options: RequestOptions, signal: AbortSignal) {
  const init: RequestInit = { method: options.method, headers: { ...options.header }, signal }
  if (options.method !== 'GET' && options.data !== undefined) {
    init.headers = { ...options.header, 'content-type': 'application/json' }
    init.body = JSON.stringify(options.data)
  }
  const response = await fetch(options.url, init)
  const text = await response.text()
  return {
    statusCode: response.status,
    header: readHeaders(response),
    data: parse(text),
    errMsg: 'request:ok',
  }
}

function readHeaders(response: Response): Record<string, string> {
  const headers: Record<string, string> = {}
  response.headers.forEach((value, name) => {
    headers[name] = value
  })
  return headers
}

/** As `dataType: 'json'` does: what is no JSON stays text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
