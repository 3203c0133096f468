import type { Message } from '../../../../src/rocketchat/types'
import type { PendingState, PruneRange, TimelineOptions } from '../../../../src/timeline/types'

type Known = { message: Message; state: PendingState | ''; order: number; isHeld: boolean }

/** What a timeline should show, computed in the most obvious way: one map, sorted whenever somebody asks. */
export class TimelineModel {
  readonly known = new Map<string, Known>()
  readonly removed = new Set<string>()
  hasOldest = false
  loadedFrom = Infinity
  watermark = 0
  private seen = 0
  private isStale = false
  private holdAfter: Message | undefined
  private nextOrder = 1

  constructor(private readonly options: TimelineOptions) {}

  /** What is on the screen, in order, and what is kept back. */
  view(): { shown: Known[]; held: Known[] } {
    const shown: Known[] = []
    const held: Known[] = []
    for (const known of this.known.values()) {
      if (known.isHeld) held.push(known)
      else if (this.isVisible(known.message)) shown.push(known)
    }
    return { shown: shown.sort(inOrder), held }
  }

  firstUnreadOf(shown: readonly Known[]): string | undefined {
    if (!this.hasOldest && this.loadedFrom > this.options.lastSeenAt) return undefined
    return shown.find(
      ({ message, state }) =>
        state === '' &&
        message.author.id !== this.options.selfId &&
        message.sentAt > this.options.lastSeenAt,
    )?.message.id
  }

  insertHistory(messages: readonly Message[], hasOldest: boolean): void {
    const isFirst = !this.hasOldest && this.loadedFrom === Infinity
    if (hasOldest) this.hasOldest = true
    this.loadedFrom = Math.min(this.loadedFrom, ...messages.map((m) => m.sentAt))
    if (isFirst) {
      for (const [id, { message, state }] of this.known) {
        if (state === '' && this.isUnloaded(message)) this.known.delete(id)
      }
      this.watermark = Math.max(this.watermark, ...messages.map((m) => m.updatedAt))
      this.seen = Math.max(this.seen, this.watermark)
    }
    for (const message of messages) this.accept(message)
  }

  upsert(messages: readonly Message[], source: 'feed' | 'answer'): void {
    for (const message of messages) this.accept(message)
    if (source === 'answer') return
    this.seen = Math.max(this.seen, ...messages.map((m) => m.updatedAt))
    if (!this.isStale) this.watermark = this.seen
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      this.removed.add(id)
      this.known.delete(id)
    }
  }

  prune({ ids, after, before, users }: PruneRange): void {
    const inside = [...this.known.values()].filter(
      ({ message: m, state }) =>
        state === '' &&
        m.sentAt > after &&
        m.sentAt < before &&
        (users.length === 0 || users.includes(m.author.username)),
    )
    this.remove(ids ?? inside.map((k) => k.message.id))
  }

  setPending(message: Message, state: PendingState): void {
    const known = this.known.get(message.id)
    if (this.removed.has(message.id) || known?.state === '') return
    if (known === undefined) this.release()
    const order = known?.order ?? this.nextOrder++
    this.known.set(message.id, { message, state, order, isHeld: false })
  }

  dropPending(id: string): void {
    const known = this.known.get(id)
    if (known !== undefined && known.state !== '') this.known.delete(id)
  }

  hold(): void {
    const server = this.view().shown.filter((k) => k.state === '')
    this.holdAfter ??= server[server.length - 1]?.message
  }

  release(): void {
    this.holdAfter = undefined
    for (const known of this.known.values()) known.isHeld = false
  }

  setStale(isStale: boolean): void {
    this.isStale = isStale
    if (!isStale) this.watermark = this.seen
  }

  private accept(message: Message): void {
    const known = this.known.get(message.id)
    if (this.removed.has(message.id)) return
    if (known === undefined) {
      if (this.isUnloaded(message)) return
    } else {
      if (known.state === '' && message.updatedAt <= known.message.updatedAt) return
      if (known.state !== '' && this.isUnloaded(message)) {
        this.known.delete(message.id)
        return
      }
    }
    const wasShown = known !== undefined && !known.isHeld && this.isVisible(known.message)
    const isNewer = this.holdAfter !== undefined && compare(message, this.holdAfter) > 0
    const isHeld = !wasShown && isNewer && this.isVisible(message)
    this.known.set(message.id, { message, state: '', order: 0, isHeld })
  }

  private isUnloaded(message: Message): boolean {
    return !this.hasOldest && this.loadedFrom !== Infinity && message.sentAt < this.loadedFrom
  }

  private isVisible(message: Message): boolean {
    if (message.threadId !== '' && !message.isShownInRoom) return false
    return message.system === '' || this.options.labels.system(message) !== ''
  }
}

export function newestOf(known: readonly Known[]): number {
  let newest = 0
  for (const { message, state } of known) {
    if (state === '') newest = Math.max(newest, message.sentAt)
  }
  return newest
}

function inOrder(a: Known, b: Known): number {
  if (a.state !== '' || b.state !== '') {
    if (a.state === '') return -1
    if (b.state === '') return 1
    return a.order - b.order
  }
  return compare(a.message, b.message)
}

function compare(a: Message, b: Message): number {
  return a.sentAt - b.sentAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
