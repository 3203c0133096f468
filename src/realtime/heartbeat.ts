import type { Clock, TimerHandle } from '../platform/types'

export type HeartbeatOptions = {
  clock: Clock
  /** Silence in milliseconds before a ping. */
  interval: number
  /** Silence in milliseconds after a ping until the socket counts as dead. */
  timeout: number
  ping: () => void
  /** @param wasAsked somebody wanted to know: the silence was found by `probe` */
  onDead: (wasAsked: boolean) => void
}

export type Heartbeat = {
  start(): void
  stop(): void
  /** Any incoming frame is life. Called for every frame, so it only counts. */
  beat(): void
  /** Pings now and gives the answer `timeoutMs`. A probe that is under way goes on unless this one is shorter. */
  probe(timeoutMs: number): void
}

/**
 * Finds half-open sockets: the peer is gone and nothing says so.
 * Frames are counted instead of timed, so neither a frame nor a device clock that jumps costs or breaks anything. Silence is
 * noticed after at most `2 * interval + timeout`.
 */
export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { clock, interval, timeout, ping, onDead } = options
  let frames = 0
  let timer: TimerHandle
  /** How long the probe under way waits; Infinity when there is none. */
  let probing = Infinity

  function arm(delayMs: number, onQuiet: () => void): void {
    const seen = frames
    stopTimer()
    timer = clock.setTimeout(() => {
      if (frames === seen) onQuiet()
      else watch()
    }, delayMs)
  }

  function stopTimer(): void {
    if (timer !== undefined) clock.clearTimeout(timer)
    timer = undefined
  }

  function watch(): void {
    probing = Infinity
    arm(interval, () => begin(timeout, false))
  }

  function begin(timeoutMs: number, wasAsked: boolean): void {
    probing = timeoutMs
    arm(timeoutMs, () => onDead(wasAsked))
    ping()
  }

  return {
    start: watch,
    stop() {
      probing = Infinity
      stopTimer()
    },
    beat() {
      frames += 1
    },
    probe(timeoutMs) {
      if (timeoutMs < probing) begin(timeoutMs, true)
    },
  }
}
