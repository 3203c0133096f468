import { shallowReactive, shallowRef, type ShallowRef } from 'vue'
import type { Row, Timeline } from '../timeline/types'

/** A chunk as the screen reads it: only `rows` is reactive, and only as a whole. */
export type ViewChunk = { readonly key: string; rows: readonly Row[] }

/**
 * Copies what changed in a timeline into reactive chunks. A new message replaces the rows of one chunk, so one component
 * draws again whatever the length of the history (design, decision 5).
 */
export interface RoomView {
  /** Newest first. */
  chunks: ShallowRef<readonly ViewChunk[]>
  publish(timeline: Timeline): void
  clear(): void
}

export function createRoomView(): RoomView {
  const chunks = shallowRef<readonly ViewChunk[]>([])
  let views = new Map<string, ViewChunk>()

  return {
    chunks,
    publish(timeline) {
      const { chunksChanged, dirtyKeys } = timeline.takeChanges()
      if (!chunksChanged) {
        for (const { key, rows } of timeline.chunks) {
          const view = dirtyKeys.has(key) ? views.get(key) : undefined
          if (view) view.rows = rows.slice()
        }
        return
      }
      const next = new Map<string, ViewChunk>()
      chunks.value = timeline.chunks.map(({ key, rows }) => {
        const known = views.get(key)
        if (known && dirtyKeys.has(key)) known.rows = rows.slice()
        const view = known ?? shallowReactive({ key, rows: rows.slice() })
        next.set(key, view)
        return view
      })
      views = next
    },
    clear() {
      views = new Map()
      chunks.value = []
    },
  }
}
