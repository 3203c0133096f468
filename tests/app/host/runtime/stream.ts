import { nativeRequest } from '../../../browser/bridgeClient'
import type { Phone } from './phone'
import type { AppRecords } from './records'

type Options = {
  method: string
  url: string
  headers?: Record<string, unknown>
  body?: string
  type?: 'base64' | 'text'
  timeout?: number
}
type Answer = {
  ok: boolean
  status: number
  data?: string
  headers?: Record<string, string>
  errorMsg?: string
}

/** The native module `stream`, which carries uni.request. */
export function createStream(phone: Phone, records: AppRecords) {
  const run = async (
    options: Options,
    body: ArrayBuffer | string | undefined,
    callback: (answer: Answer) => void,
  ): Promise<void> => {
    const { method, url } = options
    const entry = { kind: 'request' as const, method, url, status: 0 }
    records.network.push(entry)
    try {
      if (!phone.online()) throw new Error('network is unreachable')
      const headers = textsOf(options.headers)
      const signal = AbortSignal.timeout(options.timeout ?? 60_000)
      const response = await nativeRequest({ method, url, headers }, body, signal)
      entry.status = response.status
      callback({
        ok: response.status >= 200 && response.status < 300,
        status: response.status,
        headers: response.headers,
        data:
          options.type === 'base64'
            ? toBase64(response.body)
            : new TextDecoder().decode(response.body),
      })
    } catch (error) {
      const errorMsg = error instanceof Error ? error.message : String(error)
      callback({ ok: false, status: -1, errorMsg })
    }
  }
  return {
    fetch: (options: Options, callback: (answer: Answer) => void) =>
      void run(options, options.body, callback),
    fetchWithArrayBuffer: (
      data: { base64: string },
      options: Options,
      callback: (answer: Answer) => void,
    ) => void run(options, fromBase64(data.base64), callback),
  }
}

export function textsOf(values: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}

export function toBase64(data: ArrayBuffer): string {
  return btoa(Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join(''))
}

export function fromBase64(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer
}
