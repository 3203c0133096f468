import type { ChunkList } from './chunkList'
import type { Entry } from './entry'
import type { Chunk, Row } from './types'

/** A chunk with what the timeline needs to change it. Never empty, and never of tombstones only. */
export type ChunkState = Chunk & {
  readonly rows: Row[]
  hasGap: boolean
  /** The list that it is in now. */
  list: ChunkList
  /** In step with `rows`, oldest first. */
  readonly entries: Entry[]
  /** Rows that are no tombstones. */
  visible: number
  older: ChunkState | undefined
  newer: ChunkState | undefined
}

/** Makes the row of an entry below the one before it. */
export type Draw = (entry: Entry, previous: Entry | undefined) => Row

/** What all lists of one timeline share: keys that are never used twice, and the notes on what changed. */
export type ChunkBoard = {
  nextKey: number
  /** Grows whenever a chunk comes, goes or changes its list. */
  version: number
  dirtyKeys: Set<string>
}
