import type { ChunkList } from './chunkList'
import { compareEntries, type Entry } from './entry'

/** Where the "new messages" line is: above the first message of somebody else after the reader's last visit. */
export class FirstUnread {
  entry: Entry | undefined
  /** Before history reaches back to the last visit the line could only be wrong. */
  private isKnown = false

  constructor(
    private readonly list: ChunkList,
    private readonly selfId: string,
    private readonly lastSeenAt: number,
  ) {}

  /** @param loadedFrom from when on history is complete */
  refresh(loadedFrom: number): void {
    if (loadedFrom <= this.lastSeenAt) this.isKnown = true
    if (this.isKnown) this.move(this.find())
  }

  /** After an entry came, changed or went. */
  consider(entry: Entry): void {
    if (entry === this.entry) {
      this.move(this.find())
    } else if (this.isKnown && this.isCandidate(entry)) {
      if (this.entry === undefined || compareEntries(entry, this.entry) < 0) this.move(entry)
    }
  }

  private isCandidate(entry: Entry): boolean {
    const { author, sentAt } = entry.message
    if (entry.chunk === undefined || entry.isGone || entry.state !== '') return false
    return author.id !== this.selfId && sentAt > this.lastSeenAt
  }

  private find(): Entry | undefined {
    for (const entry of this.list.since(this.lastSeenAt)) {
      if (this.isCandidate(entry)) return entry
    }
    return undefined
  }

  private move(to: Entry | undefined): void {
    const from = this.entry
    if (from === to) return
    this.entry = to
    if (from !== undefined) this.list.redraw(from)
    if (to !== undefined) this.list.redraw(to)
  }
}
