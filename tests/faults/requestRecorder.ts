/** Finds the whole HTTP/1.1 requests in the bytes of one connection, as clients of this project send them. */
export type RequestRecorder = {
  /** Takes the next bytes; the request that ends with them, head and body. */
  add(bytes: Buffer): Buffer | undefined
}

const headEnd = '\r\n\r\n'
/** What is larger is an upload, and is not delivered again. */
const mostBytes = 256 * 1024

export function createRequestRecorder(): RequestRecorder {
  let held = Buffer.alloc(0)
  let isOver = false
  return {
    add(bytes) {
      if (isOver) return undefined
      held = Buffer.concat([held, bytes])
      const head = held.indexOf(headEnd)
      if (head < 0 || held.length > mostBytes) {
        isOver = held.length > mostBytes
        return undefined
      }
      const text = held.toString('latin1', 0, head)
      // What follows an upgrade is no HTTP any more; chunked bodies are not recorded.
      isOver = /^(upgrade|transfer-encoding):/im.test(text)
      const length = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0)
      const size = head + headEnd.length + length
      if (isOver || held.length < size) return undefined
      const request = held.subarray(0, size)
      held = held.subarray(size)
      return request
    },
  }
}
