/** Runs tasks strictly one after the other, the first ones at once. */
export type TaskQueue = {
  /**
   * Takes a task; `size` is how many characters it keeps in memory until it ran. False when too much waits already: the
   * task is not taken then.
   */
  add(task: Task, size: number): boolean
  /** Forgets the tasks that wait; none is taken any more. */
  stop(): void
}

type Task = () => void | Promise<void>

const maxWaiting = 10_000
const maxWaitingSize = 8 * 1024 * 1024

/** How long the tasks of one queue may run before everybody else has a turn, in milliseconds. */
const sliceMs = 10

const othersTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A queue of tasks; `now` answers milliseconds. */
export const createTaskQueue = (now: () => number): TaskQueue => {
  let waiting: { task: Task; size: number }[] = []
  let waitingSize = 0
  let running = false
  let stopped = false
  const drain = async (): Promise<void> => {
    running = true
    let sliceEnd = now() + sliceMs
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      for (const { task, size } of batch) {
        if (now() >= sliceEnd) {
          await othersTurn()
          sliceEnd = now() + sliceMs
        }
        if (stopped) break
        await task()
        waitingSize -= size
      }
    }
    running = false
  }
  return {
    add: (task, size) => {
      if (stopped || waiting.length >= maxWaiting) return false
      // One frame alone is bounded by the socket, so that a large one always has a way in.
      if (waiting.length > 0 && waitingSize + size > maxWaitingSize) return false
      waiting.push({ task, size })
      waitingSize += size
      if (!running) void drain()
      return true
    },
    stop: () => {
      stopped = true
      waiting = []
    },
  }
}
