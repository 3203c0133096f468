import { createTimeline } from '../../../../src/timeline/timeline'
import type { Timeline } from '../../../../src/timeline/types'
import { allRows, visibleRows } from './checkInvariants'
import { makeOptions, page, series } from './samples'

export function ids(timeline: Timeline): string[] {
  return visibleRows(timeline).map((row) => row.id)
}

export function rowOf(timeline: Timeline, id: string) {
  return allRows(timeline).find((row) => row.id === id)!
}

/** Rows per chunk, newest chunk first. */
export function sizes(timeline: Timeline): number[] {
  return timeline.chunks.map((chunk) => chunk.rows.length)
}

/** An open room with so many messages of history. */
export function opened(count: number, lastSeenAt?: number): Timeline {
  const timeline = createTimeline(makeOptions(lastSeenAt))
  timeline.insertHistory(page(series(1000 - count, 1000)))
  timeline.takeChanges()
  return timeline
}

/** An open room that is known to have nothing older than what comes now. */
export function complete(): Timeline {
  const timeline = opened(0)
  timeline.insertHistory(page([], true))
  return timeline
}
