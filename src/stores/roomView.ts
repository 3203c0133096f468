import { shallowReactive, shallowRef, type ShallowRef } from 'vue'
import type { Row, Timeline } from '../timeline/types'

/** A chunk as the screen reads it: only `rows` and `hasGap` are reactive, and the rows only as a whole. */
export type ViewChunk = {
  readonly key: string
  rows: readonly Row[]
  /** Messages between this chunk and the next newer one are not loaded. */
  hasGap: boolean
}

/** How many chunks are drawn at once: 6 x 20 rows (design, decision 5). */
export const maxMounted = 6

/**
 * Copies what changed in a timeline into reactive chunks. A new message replaces the rows of one chunk, so one component
 * draws again whatever the length of the history (design, decision 5).
 */
export interface RoomView {
  /** Newest first. */
  chunks: ShallowRef<readonly ViewChunk[]>
  /**
   * How many components `publish` would draw now: the list when chunks came or went, and the newest chunks that changed.
   * @param isListDrawn the list is drawn for another reason too
   */
  cost(timeline: Timeline, isListDrawn?: boolean): number
  publish(timeline: Timeline): void
  clear(): void
}

export function createRoomView(): RoomView {
  const chunks = shallowRef<readonly ViewChunk[]>([])
  let views = new Map<string, ViewChunk>()
  let isListChanged = false
  const dirty = new Set<string>()

  function collect(timeline: Timeline): void {
    const { chunksChanged, dirtyKeys } = timeline.takeChanges()
    isListChanged ||= chunksChanged
    for (const key of dirtyKeys) dirty.add(key)
  }

  function replaceList(timeline: Timeline): void {
    const next = new Map<string, ViewChunk>()
    const list = timeline.chunks.map(({ key, rows, hasGap }) => {
      const known = views.get(key)
      if (known && dirty.has(key)) known.rows = rows.slice()
      if (known) known.hasGap = hasGap
      const view = known ?? shallowReactive({ key, rows: rows.slice(), hasGap })
      next.set(key, view)
      return view
    })
    views = next
    chunks.value = list
  }

  /** The dirty ones are nearly always the newest, so the walk ends at once. */
  function replaceRows(timeline: Timeline): void {
    for (const { key, rows } of timeline.chunks) {
      if (dirty.size === 0) return
      const view = dirty.delete(key) ? views.get(key) : undefined
      if (view) view.rows = rows.slice()
    }
  }

  return {
    chunks,
    cost(timeline, isListDrawn = false) {
      collect(timeline)
      const drawn = timeline.chunks.slice(0, maxMounted).filter(({ key }) => dirty.has(key))
      return drawn.length + (isListChanged || isListDrawn ? 1 : 0)
    },
    publish(timeline) {
      collect(timeline)
      if (isListChanged) replaceList(timeline)
      else replaceRows(timeline)
      isListChanged = false
      dirty.clear()
    },
    clear() {
      views = new Map()
      isListChanged = false
      dirty.clear()
      chunks.value = []
    },
  }
}
