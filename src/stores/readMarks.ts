import type { Clock, TimerHandle } from '../platform/types'

/** Let a burst of messages end before saying that they are read. */
const settleMs = 400
/** Rocket.Chat allows ten calls a minute per route (protocol reference 3.4). */
const pauseMs = 6_500

export type ReadMarksOptions = {
  clock: Clock
  /** Whether there is something to mark and the user really sees it. Asked when the time has come. */
  shouldMark: () => boolean
  /** Tells the server, now or when it can be reached. */
  mark: () => void
}

/**
 * Rocket.Chat keeps one time per room (`ls`) and a mark reads the whole room: there is no reading up to a message (protocol
 * reference 5.6). So a mark is only right while the newest message is on the screen of a visible page; whoever reads further up
 * has read nothing newer, and nothing is said.
 *
 * Marks the open room as read: soon after it changed, while it stays open not more often than the server allows, and at
 * once when it is left, so that somebody who looks through several rooms leaves none of them unread.
 */
export interface ReadMarks {
  /** Something may be readable now. */
  request(): void
  /** The room is left: what waits to be marked is marked now. */
  finish(): void
}

export function createReadMarks({ clock, shouldMark, mark }: ReadMarksOptions): ReadMarks {
  let timer: TimerHandle
  let isWaiting = false
  let lastAt = Number.NEGATIVE_INFINITY

  function run(): void {
    isWaiting = false
    if (!shouldMark()) return
    lastAt = clock.now()
    mark()
  }

  return {
    request() {
      if (isWaiting) return
      isWaiting = true
      const pauseLeft = Math.min(pauseMs, lastAt + pauseMs - clock.now())
      timer = clock.setTimeout(run, Math.max(settleMs, pauseLeft))
    },
    finish() {
      clock.clearTimeout(timer)
      if (isWaiting) run()
    },
  }
}
