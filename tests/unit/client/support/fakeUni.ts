/** What a request looked like when it reached the platform. */
export type SentRequest = {
  url: string
  method: string
  header: Record<string, string>
  data: unknown
  isAborted: boolean
  /** Answers it. An object is a parsed body; a string is a body that is not JSON. */
  answer(statusCode: number, body: unknown, header?: Record<string, string>): void
  /** No answer: the network is gone. */
  fail(errMsg?: string): void
}

type RequestOptions = {
  url: string
  method: string
  header: Record<string, string>
  data?: unknown
  complete(response: Record<string, unknown>): void
}

export type FakeUni = {
  readonly requests: SentRequest[]
  /** Called for each request, if set: a server that answers by itself. */
  onRequest: ((request: SentRequest) => void) | undefined
}

/** Puts a `uni.request` in place that luch-request, which knows no other transport, sends with. */
export function installFakeUni(): FakeUni {
  const fake: FakeUni = { requests: [], onRequest: undefined }
  const request = (options: RequestOptions): { abort(): void } => {
    const sent: SentRequest = {
      url: options.url,
      method: options.method,
      header: options.header,
      data: structuredClone(options.data),
      isAborted: false,
      answer: (statusCode, data, header = {}) =>
        options.complete({ statusCode, data, header, errMsg: 'request:ok' }),
      fail: (errMsg = 'request:fail') => options.complete({ errMsg }),
    }
    fake.requests.push(sent)
    fake.onRequest?.(sent)
    return {
      abort() {
        sent.isAborted = true
        sent.fail('request:fail abort')
      },
    }
  }
  Object.assign(globalThis, { uni: { request } })
  return fake
}
