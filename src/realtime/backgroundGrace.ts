import type { Clock, TimerHandle } from '../platform/types'

export type BackgroundGraceOptions = {
  clock: Clock
  /** In milliseconds; Infinity never ends. */
  duration: number
  onOver: () => void
}

/** How long a connection outlives the background. */
export type BackgroundGrace = {
  /** The app went to the background; one that runs goes on. */
  start(): void
  /**
   * The app is back.
   * @returns true when it should have ended meanwhile: timers of frozen scripts are late, WeChat's for example, which sleep
   *   from the fifth second on
   */
  stop(): boolean
  /** The app is in the background, before or after the end. */
  readonly isAway: boolean
}

export function createBackgroundGrace(options: BackgroundGraceOptions): BackgroundGrace {
  const { clock, duration, onOver } = options
  let timer: TimerHandle
  /** By the device's clock. */
  let endsAt = Infinity
  let isAway = false

  return {
    start() {
      isAway = true
      if (endsAt !== Infinity || !Number.isFinite(duration)) return
      endsAt = clock.now() + duration
      timer = clock.setTimeout(() => {
        endsAt = Infinity
        onOver()
      }, duration)
    },
    stop() {
      isAway = false
      const isOverdue = clock.now() >= endsAt
      clock.clearTimeout(timer)
      endsAt = Infinity
      return isOverdue
    },
    get isAway() {
      return isAway
    },
  }
}
