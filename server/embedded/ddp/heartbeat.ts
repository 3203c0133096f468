import type { Clock } from '../clock'

/** The monolith's times: a ping after 15 s of silence, the end after 15 s more (protocol reference 1.3). */
export const heartbeatMs = 15_000

export type Heartbeat = {
  /** Any frame came in. */
  alive(): void
  stop(): void
}

/**
 * Watches one connection. The timer is not renewed on every frame: when it fires, it looks at how long the silence has
 * lasted and waits for the rest, so that a busy connection costs one timer in 15 s.
 */
export const startHeartbeat = (clock: Clock, ping: () => void, dead: () => void): Heartbeat => {
  let lastFrame = clock.now()
  let pingedAt: number | undefined
  let cancel: () => void = () => undefined
  const wait = (ms: number): void => {
    cancel = clock.after(ms, check)
  }
  const check = (): void => {
    const now = clock.now()
    if (pingedAt !== undefined && lastFrame < pingedAt) {
      dead()
      return
    }
    pingedAt = undefined
    const silence = now - lastFrame
    if (silence < heartbeatMs) {
      wait(heartbeatMs - silence)
      return
    }
    pingedAt = now
    ping()
    wait(heartbeatMs)
  }
  wait(heartbeatMs)
  return {
    alive: () => {
      lastFrame = clock.now()
      // A frame in the very millisecond of the ping still answers it.
      if (pingedAt === lastFrame) pingedAt = undefined
    },
    stop: () => cancel(),
  }
}
