import type { ChunkBoard, ChunkState, Draw } from './chunk'
import { chunkWhere, indexFor, isInOrder, nextVisible, previousVisible } from './chunkSearch'
import { compareEntries, type Entry } from './entry'
import { isSameRow, makeTombstone } from './row'
import { CHUNK_SIZE, type Row } from './types'

/** The rows of one uninterrupted piece of a room in order, cut into chunks. Knows nothing of messages. */
export class ChunkList {
  /** Newest first. */
  readonly chunks: ChunkState[] = []
  visible = 0

  constructor(
    private readonly draw: Draw,
    private readonly board: ChunkBoard,
  ) {}

  /** Puts an entry where it belongs and draws it and the row below it. */
  insert(entry: Entry): void {
    this.visible++
    const target = chunkWhere(this.chunks, (first) => compareEntries(first, entry) < 0)
    if (target === undefined) {
      this.link(this.createChunk([entry], [this.draw(entry, undefined)]), undefined, undefined)
      return
    }
    const { chunk, index } = this.makeRoom(target, indexFor(target.entries, entry))
    chunk.entries.splice(index, 0, entry)
    chunk.rows.splice(index, 0, this.draw(entry, previousVisible(chunk, index)))
    chunk.visible++
    entry.chunk = chunk
    this.board.dirtyKeys.add(chunk.key)
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

  /**
   * Adds entries that are all newer than the list, in new chunks in front of the others.
   * @param entries in order, oldest first
   */
  appendNewer(entries: readonly Entry[]): void {
    const [newest] = this.chunks
    const last = newest && previousVisible(newest, newest.entries.length)
    const rows = entries.map((entry, i) => this.draw(entry, i === 0 ? last : entries[i - 1]))
    for (let start = 0; start < entries.length; start += CHUNK_SIZE) {
      const end = start + CHUNK_SIZE
      const chunk = this.createChunk(entries.slice(start, end), rows.slice(start, end))
      this.link(chunk, this.chunks[0], undefined)
    }
    this.visible += entries.length
  }

  /** Takes over all rows of the list before this one; its chunks keep their keys. The other list is empty afterwards. */
  absorbOlder(other: ChunkList): void {
    for (let last = other.last; last !== undefined; last = other.last) {
      const first = this.first
      if (first === undefined || compareEntries(last, first) < 0) break
      other.take(last)
      if (!last.isGone) this.insert(last)
    }
    const border = this.chunks[this.chunks.length - 1]
    const [joined] = other.chunks
    if (joined === undefined) return
    for (const chunk of other.chunks) chunk.list = this
    this.chunks.push(...other.chunks)
    this.visible += other.visible
    other.chunks.length = 0
    other.visible = 0
    this.board.version++
    joined.newer = border
    if (border === undefined) return
    border.older = joined
    this.redrawAfter(border, -1)
  }

  /** Leaves a tombstone where the entry stands; a chunk of nothing but tombstones goes. */
  bury(entry: Entry): void {
    const chunk = entry.chunk
    if (chunk === undefined) return
    const index = chunk.entries.indexOf(entry)
    entry.isGone = true
    chunk.rows[index] = makeTombstone(entry.id)
    this.board.dirtyKeys.add(chunk.key)
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
    this.board.dirtyKeys.add(chunk.key)
    this.leave(chunk, index)
  }

  /** As `extract`, for a tombstone too. */
  private take(entry: Entry): void {
    const chunk = entry.chunk
    if (!entry.isGone || chunk === undefined) {
      this.extract(entry)
      return
    }
    const index = chunk.entries.indexOf(entry)
    chunk.entries.splice(index, 1)
    chunk.rows.splice(index, 1)
    entry.chunk = undefined
    this.board.dirtyKeys.add(chunk.key)
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

  /** The very first entry, tombstones included. */
  private get first(): Entry | undefined {
    return this.chunks[this.chunks.length - 1]?.entries[0]
  }

  private get last(): Entry | undefined {
    const entries = this.chunks[0]?.entries
    return entries?.[entries.length - 1]
  }

  /** Visible entries in order, from the chunk in which a time lies: it may begin with earlier ones. */
  *since(sentAt: number): Generator<Entry> {
    const isEarlier = (first: Entry) => first.sequence === 0 && first.message.sentAt <= sentAt
    let chunk = chunkWhere(this.chunks, isEarlier)
    for (; chunk !== undefined; chunk = chunk.newer) {
      for (const entry of chunk.entries) if (!entry.isGone) yield entry
    }
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
    this.board.dirtyKeys.add(chunk.key)
    this.link(added, chunk, chunk.newer)
    return added
  }

  private createChunk(entries: Entry[], rows: Row[]): ChunkState {
    const chunk: ChunkState = {
      list: this,
      hasGap: false,
      key: `c${this.board.nextKey++}`,
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
    this.board.version++
    this.board.dirtyKeys.add(chunk.key)
  }

  private unlink(chunk: ChunkState): void {
    if (chunk.older !== undefined) chunk.older.newer = chunk.newer
    if (chunk.newer !== undefined) chunk.newer.older = chunk.older
    this.chunks.splice(this.chunks.indexOf(chunk), 1)
    for (const entry of chunk.entries) entry.chunk = undefined
    this.board.version++
    this.board.dirtyKeys.delete(chunk.key)
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
    this.board.dirtyKeys.add(chunk.key)
  }
}
