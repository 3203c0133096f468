import { ApiError } from '../apiError'
import type { Http } from '../http'

export type MethodCallsApi = {
  /**
   * The messages around one, oldest first (protocol reference 3.20): the method has no REST twin.
   * @param limit how many at most, the one itself included
   * @throws {ApiError} `error-not-allowed` and the like, whichever status the server wraps it in
   */
  loadSurroundingMessages(roomId: string, messageId: string, limit: number): Promise<unknown>
  /**
   * The messages after a time, oldest first (protocol reference 3.20).
   * @param from epoch milliseconds; messages of exactly this time are not part of the answer
   * @throws {ApiError}
   */
  loadNextMessages(roomId: string, from: number, limit: number): Promise<unknown>
}

/** DDP methods over HTTP: the call and its answer are EJSON strings inside JSON. */
export function createMethodCallsApi(http: Http): MethodCallsApi {
  async function call(method: string, params: readonly unknown[]): Promise<unknown> {
    const message = JSON.stringify({ msg: 'method', id: '1', method, params })
    const answer = await http.post<{ message?: unknown }>(`/api/v1/method.call/${method}`, {
      message,
    })
    return openResult(answer.message)
  }

  return {
    loadSurroundingMessages: (roomId, messageId, limit) =>
      call('loadSurroundingMessages', [{ _id: messageId, rid: roomId }, limit, false]),
    loadNextMessages: (roomId, from, limit) =>
      call('loadNextMessages', [roomId, { $date: from }, limit, false]),
  }
}

/** Older servers answer 200 and put the refusal inside (protocol reference 3.20). */
function openResult(message: unknown): unknown {
  const { error, result } = parse(message)
  if (typeof error !== 'object' || error === null) return result
  const { error: code, reason } = error as { error?: unknown; reason?: unknown }
  throw new ApiError({
    status: 400,
    code: typeof code === 'string' ? code : 'error-method-call',
    message: typeof reason === 'string' ? reason : 'The server refused the call.',
  })
}

function parse(message: unknown): { error?: unknown; result?: unknown } {
  try {
    const value: unknown = typeof message === 'string' ? JSON.parse(message) : undefined
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Told below, like any other answer that cannot be read.
  }
  throw new ApiError({
    status: 200,
    code: 'error-invalid-answer',
    message: 'The server answered with something that cannot be read.',
  })
}
