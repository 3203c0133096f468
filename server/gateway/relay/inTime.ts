import type { Clock, TimerHandle } from '../../../src/platform/types'
import { HubError } from '../hub/hubApplication'

const confirmTimeoutMs = 15_000

/**
 * Waits for what the chat server has to confirm; while it is away nothing is confirmed and nothing refused.
 *
 * @throws {HubError} `timeout` after 15 s; what was asked for stays as it is.
 */
export async function inTime(clock: Clock, confirmed: Promise<unknown>): Promise<void> {
  let timer: TimerHandle
  const isLate = new Promise<never>((_resolve, reject) => {
    timer = clock.setTimeout(() => reject(new HubError('timeout')), confirmTimeoutMs)
  })
  try {
    await Promise.race([confirmed, isLate])
  } finally {
    clock.clearTimeout(timer)
  }
}
