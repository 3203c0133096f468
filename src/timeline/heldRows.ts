import { compareEntries, compareMessages, type Entry, type MessageKey } from './entry'

/** Messages kept back while the reader is away from the newest one, in order. */
export class HeldRows {
  private entries: Entry[] = []
  private after: MessageKey | undefined

  get isHolding(): boolean {
    return this.after !== undefined
  }

  get count(): number {
    return this.entries.length
  }

  get newest(): Entry | undefined {
    return this.entries[this.entries.length - 1]
  }

  /**
   * Begins to keep back what is newer than the newest message shown. The border stays where it is, so nothing appears
   * behind it, not even before an own message that is confirmed meanwhile.
   */
  hold(newest: Entry | undefined): void {
    if (this.after !== undefined || newest === undefined) return
    this.after = { id: newest.id, sentAt: newest.message.sentAt }
  }

  keeps(entry: Entry): boolean {
    return this.after !== undefined && compareMessages(entry.message, this.after) > 0
  }

  add(entry: Entry): void {
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.entries[middle]
      if (other !== undefined && compareEntries(other, entry) < 0) low = middle + 1
      else high = middle
    }
    this.entries.splice(low, 0, entry)
    entry.isHeld = true
  }

  remove(entry: Entry): void {
    this.entries.splice(this.entries.indexOf(entry), 1)
    entry.isHeld = false
  }

  /** Ends the holding and hands everything over, oldest first. */
  release(): readonly Entry[] {
    const { entries } = this
    for (const entry of entries) entry.isHeld = false
    this.entries = []
    this.after = undefined
    return entries
  }
}
