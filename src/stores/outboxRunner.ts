import type { Clock, TimerHandle } from '../platform/types'
import type { Repository } from '../rocketchat/repository'
import { attempt, type Outcome } from './outboxAttempt'
import { isChange, isOperation, type QueueItem } from './outboxEntry'
import type { OutboxQueue } from './outboxQueue'

/** Waits between attempts while the server cannot be reached, in milliseconds; a live connection tries at once. */
const retryDelays = [2_000, 5_000, 10_000, 30_000]

export type OutboxRunnerOptions = {
  clock: Clock
  repository: Repository
  queue: OutboxQueue
  /** An attempt begins. */
  onAttempt: (item: QueueItem) => void
  /** An attempt has ended; the queue has the item no more, or in its next state, when this returns. */
  onOutcome: (item: QueueItem, outcome: Outcome) => void
  /** See `OutboxListeners`. */
  mayMarkRead: (roomId: string, seenUntil: number) => 'yes' | 'no' | 'later'
}

/** Tries what waits, the items of one room in their order and one at a time; rooms do not wait for each other. */
export interface OutboxRunner {
  /** Tries everything that waits now. */
  pump(): void
  /** Answers that are under way change nothing any more. */
  stop(): void
}

export function createOutboxRunner(options: OutboxRunnerOptions): OutboxRunner {
  const { clock, repository, queue, onAttempt, onOutcome, mayMarkRead } = options
  const busyRooms = new Set<string>()
  let run = 0
  let retryTimer: TimerHandle
  let retries = 0

  function pump(): void {
    clock.clearTimeout(retryTimer)
    for (const roomId of new Set(queue.items.value.map((item) => item.roomId))) {
      if (!busyRooms.has(roomId)) void pumpRoom(roomId)
    }
  }

  async function pumpRoom(roomId: string): Promise<void> {
    const startedIn = run
    busyRooms.add(roomId)
    for (let next = nextOf(roomId); next; next = nextOf(roomId)) {
      onAttempt(next)
      const outcome = await attempt(repository, next)
      if (run !== startedIn) return
      onOutcome(next, outcome)
      if (outcome.type === 'unclear') {
        retryLater()
        break
      }
      retries = 0
    }
    busyRooms.delete(roomId)
  }

  /** Changes of a message wait for the message, and read marks until it is known what else is new. */
  function nextOf(roomId: string): QueueItem | undefined {
    for (const item of queue.items.value) {
      if (item.roomId !== roomId || item.state !== 'waiting') continue
      if (isChange(item) && queue.entry(item.messageId)) continue
      if (!isOperation(item) || item.kind !== 'read') return item
      const answer = mayMarkRead(roomId, item.seenUntil)
      if (answer === 'yes') return item
      if (answer === 'no') queue.drop((one) => one === item)
    }
    return undefined
  }

  function retryLater(): void {
    const delay = retryDelays[Math.min(retries, retryDelays.length - 1)] ?? 30_000
    retries += 1
    clock.clearTimeout(retryTimer)
    retryTimer = clock.setTimeout(pump, delay * (0.75 + clock.random() / 2))
  }

  return {
    pump,
    stop() {
      run += 1
      retries = 0
      busyRooms.clear()
      clock.clearTimeout(retryTimer)
    },
  }
}
