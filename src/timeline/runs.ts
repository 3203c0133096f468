import type { ChunkBoard, ChunkState } from './chunk'
import { ChunkList } from './chunkList'
import { makeRow } from './row'
import type { Entry } from './entry'
import type { GapEnds } from './types'

/** One piece of a room's history without holes, and between which times it is complete. */
export type Run = {
  readonly list: ChunkList
  /** Epoch milliseconds; -Infinity when the room begins here, Infinity before the newest page has come. */
  from: number
  /** Epoch milliseconds; Infinity for the newest run, which every live message joins. */
  to: number
}

/** What a run needs to know to draw its rows. */
export type RowSource = {
  selfId: string
  isFirstUnread: (entry: Entry) => boolean
  isTarget: (entry: Entry) => boolean
}

/** The pieces of a room that are loaded, newest first; what lies between two of them is a gap. */
export class Runs {
  readonly all: Run[]
  private readonly board: ChunkBoard = { nextKey: 1, version: 0, dirtyKeys: new Set() }
  private reported = 0
  private cached: { version: number; chunks: ChunkState[] } | undefined
  private readonly first: Run

  constructor(private readonly source: RowSource) {
    this.first = this.create(Infinity, Infinity)
    this.all = [this.first]
  }

  /** The run with the newest message; there always is one. */
  get newest(): Run {
    return this.all[0] ?? this.first
  }

  get oldest(): Run {
    return this.all[this.all.length - 1] ?? this.first
  }

  /** `sentAt` of the newest message that is drawn; 0 for none. */
  get newestAt(): number {
    for (const { list } of this.all) if (list.newest) return list.newest.message.sentAt
    return 0
  }

  get visible(): number {
    return this.all.reduce((sum, { list }) => sum + list.visible, 0)
  }

  /** The run that is complete at this time. Before the newest page has come everything belongs to the newest run. */
  at(time: number): Run | undefined {
    if (this.newest.from === Infinity) return this.newest
    return this.all.find((run) => covers(run, time))
  }

  of(list: ChunkList): Run | undefined {
    return this.all.find((run) => run.list === list)
  }

  /** Adds an empty run where its time says. */
  add(from: number, to: number): Run {
    const run = this.create(from, to)
    const index = this.all.findIndex((other) => other.from < from)
    this.all.splice(index < 0 ? this.all.length : index, 0, run)
    return run
  }

  /** Makes one run of neighbours; each is older than the one before it. */
  join(runs: readonly Run[]): void {
    const [newest, ...others] = runs
    if (newest === undefined) return
    for (const older of others) {
      newest.from = Math.min(newest.from, older.from)
      newest.to = Math.max(newest.to, older.to)
      this.all.splice(this.all.indexOf(older), 1)
      newest.list.absorbOlder(older.list)
    }
  }

  /** Takes a run out; what it showed is a gap again. */
  drop(run: Run): void {
    this.all.splice(this.all.indexOf(run), 1)
    for (const { key, entries } of run.list.chunks) {
      this.board.dirtyKeys.delete(key)
      for (const entry of entries) entry.chunk = undefined
    }
    this.board.version++
  }

  /** Chunks of all runs, newest first, each with word of the gap at its newer side. */
  get chunks(): readonly ChunkState[] {
    if (this.cached?.version === this.board.version) return this.cached.chunks
    const chunks: ChunkState[] = []
    for (const run of this.all) {
      for (const chunk of run.list.chunks) {
        chunk.hasGap = run !== this.newest && chunk === run.list.chunks[0]
        chunks.push(chunk)
      }
    }
    this.cached = { version: this.board.version, chunks }
    return chunks
  }

  /** The ends of the gap at the newer side of a chunk. */
  gapAt(key: string): GapEnds | undefined {
    const index = this.all.findIndex(({ list }) => list.chunks[0]?.key === key)
    const [older, newer] = [this.all[index], this.all[index - 1]]
    if (older === undefined || newer === undefined) return undefined
    return { olderTo: older.to, newerFrom: newer.from }
  }

  takeChanges() {
    const changes = {
      chunksChanged: this.reported !== this.board.version,
      dirtyKeys: this.board.dirtyKeys,
    }
    this.reported = this.board.version
    this.board.dirtyKeys = new Set()
    return changes
  }

  private create(from: number, to: number): Run {
    const draw = (entry: Entry, previous: Entry | undefined) =>
      makeRow(entry, previous, {
        selfId: this.source.selfId,
        isFirstUnread: this.source.isFirstUnread(entry),
        isTarget: this.source.isTarget(entry),
        hasOldest: run.from === -Infinity,
      })
    const run: Run = { list: new ChunkList(draw, this.board), from, to }
    return run
  }
}

export function covers({ from, to }: Pick<Run, 'from' | 'to'>, time: number): boolean {
  return from <= time && time <= to
}
