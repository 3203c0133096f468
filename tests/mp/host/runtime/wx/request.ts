import { nativeRequest } from '../../../../browser/bridgeClient'
import { textOf } from '../text'
import type { Records } from '../records'
import type { Phone } from './phone'
import { ApiFailure, type ApiOptions, tell } from './callbacks'

const defaultTimeout = 60_000

/** wx.request over the real network. Requests fail at once while the phone is offline. */
export function createRequest(phone: Phone, records: Records) {
  return (options: ApiOptions = {}) => {
    const cancel = new AbortController()
    const headersListeners = new Set<(result: object) => void>()
    let done = false
    const finish = (outcome: Record<string, unknown> | ApiFailure): void => {
      if (done) return
      done = true
      clearTimeout(timer)
      tell('request', options, outcome)
    }
    const timer = setTimeout(
      () => {
        finish(new ApiFailure('timeout', { errno: 5 }))
        cancel.abort()
      },
      Number(options.timeout ?? defaultTimeout),
    )
    const run = async (): Promise<void> => {
      try {
        if (!phone.online()) throw new Error('net::ERR_INTERNET_DISCONNECTED')
        const result = await send(options, records, cancel.signal)
        for (const listener of headersListeners) listener({ header: result.header })
        finish(result)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        finish(new ApiFailure(reason, { errno: 600001 }))
      }
    }
    void run()
    return {
      abort(): void {
        finish(new ApiFailure('abort', { errno: 600003 }))
        cancel.abort()
      },
      onHeadersReceived: (listener: (result: object) => void) => headersListeners.add(listener),
      offHeadersReceived: (listener: (result: object) => void) => headersListeners.delete(listener),
    }
  }
}

type Result = { data: unknown; statusCode: number; header: Record<string, string>; cookies: [] }

async function send(
  options: ApiOptions,
  records: Records,
  signal: AbortSignal,
): Promise<Result & Record<string, unknown>> {
  const method = textOf(options.method, 'GET').toUpperCase()
  const headers = headersOf(options.header)
  const hasQuery = method === 'GET'
  const url = hasQuery ? withQuery(String(options.url), options.data) : String(options.url)
  const entry = { kind: 'request' as const, method, url, status: 0 }
  records.network.push(entry)
  const body = hasQuery ? undefined : encodeBody(options.data, headers['content-type'] ?? '')
  const response = await nativeRequest({ method, url, headers }, body, signal)
  entry.status = response.status
  return {
    data: decodeBody(response.body, options),
    statusCode: response.status,
    header: response.headers,
    cookies: [],
  }
}

function headersOf(header: unknown): Record<string, string> {
  const given = Object.entries((header ?? {}) as Record<string, unknown>)
  return {
    'content-type': 'application/json',
    ...Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), String(value)])),
  }
}

function withQuery(url: string, data: unknown): string {
  const search = formOf(data)
  return search === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${search}`
}

function formOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return ''
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(data)) {
    form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return form.toString()
}

function encodeBody(data: unknown, type: string): ArrayBuffer | string | undefined {
  if (data === undefined || data === null) return undefined
  if (typeof data === 'string' || data instanceof ArrayBuffer) return data
  return type.includes('x-www-form-urlencoded') ? formOf(data) : JSON.stringify(data)
}

function decodeBody(body: ArrayBuffer, options: ApiOptions): unknown {
  if (options.responseType === 'arraybuffer') return body
  const text = new TextDecoder().decode(body)
  if (options.dataType !== undefined && options.dataType !== 'json') return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
