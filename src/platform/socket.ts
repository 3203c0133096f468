import type { OpenSocket, PlatformSocket, SocketHandlers } from './types'

/** The App names its sockets by `Date.now()`: two opened in one millisecond would be one (gateway reference 2.1). */
let lastOpenedAt = 0

/**
 * Opens a websocket with `uni.connectSocket`.
 * On the App an error is never followed by a close; elsewhere both may come. Nothing is told after `close()`.
 */
export const openSocket: OpenSocket = (url, handlers, protocols) => {
  let task: UniApp.SocketTask | undefined
  let isClosed = false
  const guarded = untilClosed(handlers, () => isClosed)

  function connect(): void {
    if (isClosed) return
    if (Date.now() === lastOpenedAt) {
      setTimeout(connect, 1)
      return
    }
    lastOpenedAt = Date.now()
    task = startTask(url, guarded, protocols)
  }

  const socket: PlatformSocket = {
    send(text) {
      if (task === undefined) guarded.onError('the socket is not open yet')
      else sendText(task, text, guarded)
    },
    close(code = 1000, reason = '') {
      isClosed = true
      if (task !== undefined) closeTask(task, code, reason)
    },
  }
  connect()
  return socket
}

function untilClosed(handlers: SocketHandlers, isClosed: () => boolean): SocketHandlers {
  return {
    onOpen: () => {
      if (!isClosed()) handlers.onOpen()
    },
    onMessage: (text) => {
      if (!isClosed()) handlers.onMessage(text)
    },
    onClose: (code, reason) => {
      if (!isClosed()) handlers.onClose(code, reason)
    },
    onError: (reason) => {
      if (!isClosed()) handlers.onError(reason)
    },
  }
}

function startTask(
  url: string,
  handlers: SocketHandlers,
  protocols: readonly string[] | undefined,
): UniApp.SocketTask | undefined {
  const options: UniApp.ConnectSocketOption = { url }
  if (protocols !== undefined) options.protocols = [...protocols]
  try {
    const task = uni.connectSocket({
      ...options,
      // Without a callback uni answers with a promise instead of the task.
      fail: (failure: { errMsg?: string }) => failLater(handlers, failure.errMsg),
    })
    task.onOpen(() => handlers.onOpen())
    task.onMessage(({ data }: { data: unknown }) => {
      if (typeof data === 'string') handlers.onMessage(data)
    })
    task.onClose((event: unknown) => {
      const { code, reason } = event as { code?: number; reason?: string }
      handlers.onClose(code ?? 1006, reason ?? '')
    })
    task.onError((failure: { errMsg?: string }) => handlers.onError(failure.errMsg ?? 'failed'))
    return task
  } catch (error) {
    failLater(handlers, error instanceof Error ? error.message : undefined)
    return undefined
  }
}

/** Never inside `openSocket` itself: its caller has no socket in hand yet. */
function failLater(handlers: SocketHandlers, reason: string | undefined): void {
  setTimeout(() => handlers.onError(reason ?? 'the socket was refused'), 0)
}

function sendText(task: UniApp.SocketTask, text: string, handlers: SocketHandlers): void {
  try {
    task.send({
      data: text,
      fail: (failure: { errMsg?: string }) => failLater(handlers, failure.errMsg),
    })
  } catch (error) {
    failLater(handlers, error instanceof Error ? error.message : undefined)
  }
}

function closeTask(task: UniApp.SocketTask, code: number, reason: string): void {
  try {
    task.close({ code, reason, fail: () => undefined })
  } catch {
    // A socket that is gone needs no closing.
  }
}
