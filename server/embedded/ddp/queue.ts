/** Runs tasks strictly one after the other, the first ones at once. */
export type TaskQueue = {
  /** False when too many tasks wait already; the task is not taken then. */
  add(task: () => void | Promise<void>): boolean
  /** Forgets the tasks that wait. */
  stop(): void
}

const maxWaiting = 10_000

export const createTaskQueue = (): TaskQueue => {
  let waiting: (() => void | Promise<void>)[] = []
  let running = false
  const drain = async (): Promise<void> => {
    running = true
    while (waiting.length > 0) {
      const tasks = waiting
      waiting = []
      for (const task of tasks) await task()
    }
    running = false
  }
  return {
    add: (task) => {
      if (waiting.length >= maxWaiting) return false
      waiting.push(task)
      if (!running) void drain()
      return true
    },
    stop: () => {
      waiting = []
    },
  }
}
