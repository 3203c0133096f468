import { compareEntries, type Entry } from './entry'
import { isSameRow, makeTombstone } from './row'
import { CHUNK_SIZE, type Chunk, type Row, type TimelineChanges } from './types'

/** A chunk with what the timeline needs to change it. Never empty, and never of tombstones only. */
export type ChunkState = Chunk & {
  readonly rows: Row[]
  /** In step with `rows`, oldest first. */
  readonly entries: Entry[]
  /** Rows that are no tombstones. */
  visible: number
  older: ChunkState | undefined
  newer: ChunkState | undefined
}

type Draw = (entry: Entry, previous: Entry | undefined) => Row

/** The rows of a room in order, cut into chunks, and the notes on what changed. Knows nothing of messages. */
export class ChunkList {
  /** Newest first. */
  readonly chunks: ChunkState[] = []
  visible = 0
  private nextKey = 1
  private chunksChanged = false
  private dirtyKeys = new Set<string>()

  constructor(private readonly draw: Draw) {}

  /** Puts an entry where it belongs and draws it and the row below it. */
  insert(entry: Entry): void {
    this.visible++
    const target = this.chunkWhere((first) => compareEntries(first, entry) < 0)
    if (target === undefined) {
      this.link(this.createChunk([entry], [this.draw(entry, undefined)]), undefined, undefined)
      return
    }
    const { chunk, index } = this.makeRoom(target, indexFor(target.entries, entry))
    chunk.entries.splice(index, 0, entry)
    chunk.rows.splice(index, 0, this.draw(entry, previousVisible(chunk, index)))
    chunk.visible++
    entry.chunk = chunk
    this.dirtyKeys.add(chunk.key)
    this.redrawAfter(chunk, index)
  }

  /**
   * Adds entries that are all older than the list, in new chunks behind the others.
   * @param entries in order, oldest first
   */
  appendOlder(entries: readonly Entry[]): void {
    const rows = entries.map((entry, i) => this.draw(entry, entries[i - 1]))
    const border = this.chunks[this.chunks.length - 1]
    // The first page leaves room in the newest chunk, so that the next message needs no new one.
    let size = border === undefined ? CHUNK_SIZE / 2 : CHUNK_SIZE
    for (let end = entries.length; end > 0;) {
      const start = Math.max(0, end - size)
      const chunk = this.createChunk(entries.slice(start, end), rows.slice(start, end))
      this.link(chunk, undefined, this.chunks[this.chunks.length - 1])
      end = start
      size = CHUNK_SIZE
    }
    this.visible += entries.length
    if (border !== undefined) this.redrawAfter(border, -1)
  }

  /** Leaves a tombstone where the entry stands; a chunk of nothing but tombstones goes. */
  bury(entry: Entry): void {
    const chunk = entry.chunk
    if (chunk === undefined) return
    const index = chunk.entries.indexOf(entry)
    entry.isGone = true
    chunk.rows[index] = makeTombstone(entry.id)
    this.dirtyKeys.add(chunk.key)
    this.leave(chunk, index + 1)
  }

  /** Takes an entry out; the rows behind it in its chunk move up. */
  extract(entry: Entry): void {
    const chunk = entry.chunk
    if (chunk === undefined) return
    const index = chunk.entries.indexOf(entry)
    chunk.entries.splice(index, 1)
    chunk.rows.splice(index, 1)
    entry.chunk = undefined
    this.dirtyKeys.add(chunk.key)
    this.leave(chunk, index)
  }

  /** After an entry changed: draws it again, at another place where its new time says so. */
  update(entry: Entry): void {
    const chunk = entry.chunk
    if (chunk === undefined) return
    if (isInOrder(chunk, chunk.entries.indexOf(entry))) {
      this.redraw(entry)
      return
    }
    this.extract(entry)
    this.insert(entry)
  }

  /** Draws an entry and the row below it again. */
  redraw(entry: Entry): void {
    const chunk = entry.chunk
    if (chunk === undefined || entry.isGone) return
    const index = chunk.entries.indexOf(entry)
    this.drawAt(chunk, index)
    this.redrawAfter(chunk, index)
  }

  redrawAll(): void {
    for (const chunk of this.chunks) {
      chunk.entries.forEach((entry, index) => {
        if (!entry.isGone) this.drawAt(chunk, index)
      })
    }
  }

  /** The newest visible message of the server; the outbox's stand behind it. */
  get newest(): Entry | undefined {
    for (const { entries } of this.chunks) {
      for (let i = entries.length - 1; i >= 0; i--) {
        const entry = entries[i]
        if (entry?.isGone === false && entry.sequence === 0) return entry
      }
    }
    return undefined
  }

  get oldest(): Entry | undefined {
    const last = this.chunks[this.chunks.length - 1]
    return last === undefined ? undefined : nextVisible(last, 0)
  }

  /** Visible entries in order, from the chunk in which a time lies: it may begin with earlier ones. */
  *since(sentAt: number): Generator<Entry> {
    const isEarlier = (first: Entry) => first.sequence === 0 && first.message.sentAt <= sentAt
    let chunk = this.chunkWhere(isEarlier)
    for (; chunk !== undefined; chunk = chunk.newer) {
      for (const entry of chunk.entries) if (!entry.isGone) yield entry
    }
  }

  takeChanges(): TimelineChanges {
    const changes = { chunksChanged: this.chunksChanged, dirtyKeys: this.dirtyKeys }
    this.chunksChanged = false
    this.dirtyKeys = new Set()
    return changes
  }

  /** The newest chunk whose first entry passes, or the oldest one. The older the entry, the sooner it passes. */
  private chunkWhere(isEarlier: (first: Entry) => boolean): ChunkState | undefined {
    const { chunks } = this
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

  /** Where a row for this place can go. Full chunks are left as they are when the row goes to their end. */
  private makeRoom(chunk: ChunkState, index: number): { chunk: ChunkState; index: number } {
    if (chunk.entries.length < CHUNK_SIZE) return { chunk, index }
    if (index === CHUNK_SIZE) {
      const { newer } = chunk
      if (newer !== undefined && newer.entries.length < CHUNK_SIZE)
        return { chunk: newer, index: 0 }
      const added = this.createChunk([], [])
      this.link(added, chunk, newer)
      return { chunk: added, index: 0 }
    }
    // At the live end one row moves, which is the outbox's; elsewhere halves leave room for more.
    const at = chunk.newer === undefined ? CHUNK_SIZE - 1 : CHUNK_SIZE / 2
    const added = this.split(chunk, at)
    const place = index <= at ? { chunk, index } : { chunk: added, index: index - at }
    const other = place.chunk === chunk ? added : chunk
    if (other.visible === 0) this.unlink(other)
    return place
  }

  private split(chunk: ChunkState, at: number): ChunkState {
    const added = this.createChunk(chunk.entries.splice(at), chunk.rows.splice(at))
    chunk.visible -= added.visible
    this.dirtyKeys.add(chunk.key)
    this.link(added, chunk, chunk.newer)
    return added
  }

  private createChunk(entries: Entry[], rows: Row[]): ChunkState {
    const chunk: ChunkState = {
      key: `c${this.nextKey++}`,
      rows,
      entries,
      visible: entries.filter((entry) => !entry.isGone).length,
      older: undefined,
      newer: undefined,
    }
    for (const entry of entries) entry.chunk = chunk
    return chunk
  }

  private link(
    chunk: ChunkState,
    older: ChunkState | undefined,
    newer: ChunkState | undefined,
  ): void {
    chunk.older = older
    chunk.newer = newer
    if (older !== undefined) older.newer = chunk
    if (newer !== undefined) newer.older = chunk
    if (newer === undefined) this.chunks.unshift(chunk)
    else if (older === undefined) this.chunks.push(chunk)
    else this.chunks.splice(this.chunks.indexOf(older), 0, chunk)
    this.chunksChanged = true
    this.dirtyKeys.add(chunk.key)
  }

  private unlink(chunk: ChunkState): void {
    if (chunk.older !== undefined) chunk.older.newer = chunk.newer
    if (chunk.newer !== undefined) chunk.newer.older = chunk.older
    this.chunks.splice(this.chunks.indexOf(chunk), 1)
    for (const entry of chunk.entries) entry.chunk = undefined
    this.chunksChanged = true
    this.dirtyKeys.delete(chunk.key)
  }

  /** One row fewer is visible in a chunk; `index` is of the first row behind it. */
  private leave(chunk: ChunkState, index: number): void {
    this.visible--
    chunk.visible--
    const next = nextVisible(chunk, index)
    if (chunk.visible === 0) this.unlink(chunk)
    if (next?.chunk !== undefined) this.drawAt(next.chunk, next.chunk.entries.indexOf(next))
  }

  private redrawAfter(chunk: ChunkState, index: number): void {
    const next = nextVisible(chunk, index + 1)
    if (next?.chunk !== undefined) this.drawAt(next.chunk, next.chunk.entries.indexOf(next))
  }

  private drawAt(chunk: ChunkState, index: number): void {
    const [entry, shown] = [chunk.entries[index], chunk.rows[index]]
    if (entry === undefined) return
    const row = this.draw(entry, previousVisible(chunk, index))
    if (shown !== undefined && isSameRow(shown, row)) return
    chunk.rows[index] = row
    this.dirtyKeys.add(chunk.key)
  }
}

/** Counted from the end, where nearly all messages go. */
function indexFor(entries: readonly Entry[], entry: Entry): number {
  for (let index = entries.length; index > 0; index--) {
    const before = entries[index - 1]
    if (before !== undefined && compareEntries(before, entry) < 0) return index
  }
  return 0
}

function isInOrder(chunk: ChunkState, index: number): boolean {
  const entry = chunk.entries[index]
  if (entry === undefined) return false
  const before = chunk.entries[index - 1] ?? chunk.older?.entries[chunk.older.entries.length - 1]
  const after = chunk.entries[index + 1] ?? chunk.newer?.entries[0]
  if (before !== undefined && compareEntries(before, entry) >= 0) return false
  return after === undefined || compareEntries(entry, after) < 0
}

/** Looks into one older chunk at most, because each has a visible row. */
function previousVisible(chunk: ChunkState, index: number): Entry | undefined {
  for (let from: ChunkState | undefined = chunk; from !== undefined; from = from.older) {
    for (let i = from === chunk ? index - 1 : from.entries.length - 1; i >= 0; i--) {
      const entry = from.entries[i]
      if (entry?.isGone === false) return entry
    }
  }
  return undefined
}

/** The first visible entry at or behind an index. */
function nextVisible(chunk: ChunkState, index: number): Entry | undefined {
  for (let from: ChunkState | undefined = chunk; from !== undefined; from = from.newer) {
    for (let i = from === chunk ? index : 0; i < from.entries.length; i++) {
      const entry = from.entries[i]
      if (entry?.isGone === false) return entry
    }
  }
  return undefined
}
