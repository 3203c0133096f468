import { compareEntries, type Entry } from './entry'
import type { ChunkState } from './chunk'

/** Where in a chunk an entry belongs; counted from the end, where nearly all messages go. */
export function indexFor(entries: readonly Entry[], entry: Entry): number {
  for (let index = entries.length; index > 0; index--) {
    const before = entries[index - 1]
    if (before !== undefined && compareEntries(before, entry) < 0) return index
  }
  return 0
}

/** Whether the entry at an index still stands where its time says. */
export function isInOrder(chunk: ChunkState, index: number): boolean {
  const entry = chunk.entries[index]
  if (entry === undefined) return false
  const before = chunk.entries[index - 1] ?? chunk.older?.entries[chunk.older.entries.length - 1]
  const after = chunk.entries[index + 1] ?? chunk.newer?.entries[0]
  if (before !== undefined && compareEntries(before, entry) >= 0) return false
  return after === undefined || compareEntries(entry, after) < 0
}

/** The last visible entry before an index. Looks into one older chunk at most, because each has a visible row. */
export function previousVisible(chunk: ChunkState, index: number): Entry | undefined {
  for (let from: ChunkState | undefined = chunk; from !== undefined; from = from.older) {
    for (let i = from === chunk ? index - 1 : from.entries.length - 1; i >= 0; i--) {
      const entry = from.entries[i]
      if (entry?.isGone === false) return entry
    }
  }
  return undefined
}

/** The first visible entry at or behind an index. */
export function nextVisible(chunk: ChunkState, index: number): Entry | undefined {
  for (let from: ChunkState | undefined = chunk; from !== undefined; from = from.newer) {
    for (let i = from === chunk ? index : 0; i < from.entries.length; i++) {
      const entry = from.entries[i]
      if (entry?.isGone === false) return entry
    }
  }
  return undefined
}

/** The newest chunk whose first entry passes, or the oldest one. The older the entry, the sooner it passes. */
export function chunkWhere(
  chunks: readonly ChunkState[],
  isEarlier: (first: Entry) => boolean,
): ChunkState | undefined {
  const passes = (chunk: ChunkState | undefined) =>
    chunk?.entries[0] !== undefined && isEarlier(chunk.entries[0])
  if (chunks.length < 2 || passes(chunks[0])) return chunks[0]
  let low = 1
  let high = chunks.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (passes(chunks[middle])) high = middle
    else low = middle + 1
  }
  return chunks[low]
}
