import type { Disposer, Lifecycle } from '../platform/types'

export type AwayFollower = {
  start(): void
  stop(): void
  readonly isAway: boolean
}

/**
 * A phone is away while its App is in the background, so that pushes are not held back (protocol reference 5.14).
 * @param lifecycle without it nobody is ever away
 * @param tell called when it changes
 */
export function createAwayFollower(
  lifecycle: Lifecycle | undefined,
  tell: (isAway: boolean) => void,
): AwayFollower {
  let isAway = false
  let disposers: Disposer[] = []

  function change(next: boolean): void {
    if (isAway === next) return
    isAway = next
    tell(isAway)
  }

  return {
    start() {
      if (lifecycle === undefined || disposers.length > 0) return
      disposers = [
        lifecycle.onBackground(() => change(true)),
        lifecycle.onForeground(() => change(false)),
      ]
    },
    stop() {
      for (const dispose of disposers) dispose()
      disposers = []
      isAway = false
    },
    get isAway() {
      return isAway
    },
  }
}
