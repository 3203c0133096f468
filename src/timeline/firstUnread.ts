import type { ChunkList } from './chunkList'
import { compareEntries, type Entry } from './entry'
import type { Runs } from './runs'

/** Where the "new messages" line is: above the first message of somebody else after the reader's last visit. */
export class FirstUnread {
  entry: Entry | undefined
  /** The piece of history that reaches over the last visit; without one the line could only be wrong. */
  private list: ChunkList | undefined

  constructor(
    private readonly runs: Runs,
    private readonly selfId: string,
    private readonly lastSeenAt: number,
  ) {}

  /** True when it is known where the line is, or that there is none. */
  get isKnown(): boolean {
    return this.list !== undefined
  }

  /** After other pieces of history were loaded. */
  refresh(): void {
    const { lastSeenAt } = this
    this.list = this.runs.all.find(({ from, to }) => from <= lastSeenAt && lastSeenAt < to)?.list
    this.move(this.find())
  }

  /** After an entry came, changed or went. */
  consider(entry: Entry): void {
    if (entry === this.entry) {
      this.move(this.find())
    } else if (this.list !== undefined && entry.chunk?.list === this.list) {
      if (!this.isCandidate(entry)) return
      if (this.entry === undefined || compareEntries(entry, this.entry) < 0) this.move(entry)
    }
  }

  /** Messages of somebody else since the last visit, as far as they are loaded. */
  count(): number {
    if (this.lastSeenAt === Infinity) return 0
    let count = 0
    for (const { list } of this.runs.all) {
      for (const entry of list.since(this.lastSeenAt)) if (this.isCandidate(entry)) count++
    }
    return count
  }

  private isCandidate(entry: Entry): boolean {
    const { author, sentAt } = entry.message
    if (entry.chunk === undefined || entry.isGone || entry.state !== '') return false
    return author.id !== this.selfId && sentAt > this.lastSeenAt
  }

  private find(): Entry | undefined {
    if (this.list === undefined) return undefined
    for (const entry of this.list.since(this.lastSeenAt)) {
      if (this.isCandidate(entry)) return entry
    }
    return undefined
  }

  private move(to: Entry | undefined): void {
    const from = this.entry
    if (from === to) return
    this.entry = to
    for (const entry of [from, to]) if (entry !== undefined) entry.chunk?.list.redraw(entry)
  }
}
