import type { Message } from '../../../../src/rocketchat/types'
import type {
  LoadedPage,
  PendingState,
  PruneRange,
  TimelineOptions,
} from '../../../../src/timeline/types'

type Interval = { from: number; to: number }

type Known = { message: Message; state: PendingState | ''; order: number; isHeld: boolean }

/** What a timeline should show, computed in the most obvious way: one map, sorted whenever somebody asks. */
export class TimelineModel {
  readonly known = new Map<string, Known>()
  readonly removed = new Set<string>()
  /** Between which times everything is known, newest first. */
  runs: Interval[] = [{ from: Infinity, to: Infinity }]
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
    const { lastSeenAt } = this.options
    const run = this.runs.find(({ from, to }) => from <= lastSeenAt && lastSeenAt < to)
    if (run === undefined) return undefined
    return shown.find(
      ({ message, state }) =>
        state === '' &&
        message.sentAt <= run.to &&
        message.author.id !== this.options.selfId &&
        message.sentAt > this.options.lastSeenAt,
    )?.message.id
  }

  get hasOldest(): boolean {
    return this.runs[this.runs.length - 1]!.from === -Infinity
  }

  insertHistory(messages: readonly Message[], hasOldest: boolean): void {
    const from = Math.min(this.runs[0]!.from, ...messages.map((m) => m.sentAt))
    this.insertPage({ messages, from: hasOldest ? -Infinity : from, to: Infinity })
  }

  insertPage({ messages, joinsAt, ...page }: LoadedPage): void {
    const from =
      page.from + (joinsAt !== page.from && this.runs.some((run) => run.to === page.from) ? 1 : 0)
    const to =
      page.to - (joinsAt !== page.to && this.runs.some((run) => run.from === page.to) ? 1 : 0)
    if (from > to) {
      for (const message of messages) this.accept(message)
      return
    }
    const isFirst = this.runs[0]!.from === Infinity
    const isTouched = (run: Interval) =>
      isFirst ||
      (run.from < to && from < run.to) ||
      (joinsAt !== undefined && (joinsAt === run.from || joinsAt === run.to))
    const touched = [{ from, to }, ...this.runs.filter(isTouched)]
    const others = this.runs.filter((run) => !isTouched(run))
    const union = {
      from: Math.min(...touched.map((run) => run.from)),
      to: Math.max(...touched.map((run) => run.to)),
    }
    this.runs = [...others, union].sort((a, b) => b.from - a.from || b.to - a.to)
    if (isFirst) {
      for (const [id, { message, state }] of this.known) {
        if (state === '' && !this.isLoaded(message)) this.known.delete(id)
      }
      this.watermark = Math.max(this.watermark, ...messages.map((m) => m.updatedAt))
      this.seen = Math.max(this.seen, this.watermark)
    }
    for (const message of messages) this.accept(message)
    this.dropEmpty()
  }

  dropFar(most: number, keptAt: number): void {
    for (const run of [...this.runs].reverse()) {
      if (this.view().shown.length <= most) return
      if (run !== this.runs[0] && !covers(run, keptAt)) this.dropRun(run)
    }
  }

  private dropEmpty(): void {
    for (const run of this.runs.slice(1)) {
      const isSeen = ({ message, state }: Known) => state === '' && covers(run, message.sentAt)
      if (!this.view().shown.some(isSeen)) this.dropRun(run)
    }
  }

  private dropRun(run: Interval): void {
    this.runs.splice(this.runs.indexOf(run), 1)
    for (const [id, { message, state, isHeld }] of this.known) {
      if (state === '' && !isHeld && covers(run, message.sentAt)) this.known.delete(id)
    }
  }

  upsert(messages: readonly Message[], source: 'feed' | 'answer'): void {
    for (const message of messages) this.accept(message)
    this.dropEmpty()
    if (source === 'answer') return
    this.seen = Math.max(this.seen, ...messages.map((m) => m.updatedAt))
    if (!this.isStale) this.watermark = this.seen
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      this.removed.add(id)
      this.known.delete(id)
    }
    this.dropEmpty()
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
    if (known === undefined && !this.isLoaded(message)) return
    if (known?.state === '' && message.updatedAt <= known.message.updatedAt) return
    if (!this.isLoaded(message)) {
      this.known.delete(message.id)
      return
    }
    const wasShown = known !== undefined && !known.isHeld && this.isVisible(known.message)
    const isLive = this.runs[0]!.from === Infinity || covers(this.runs[0]!, message.sentAt)
    const isNewer = isLive && this.holdAfter !== undefined && compare(message, this.holdAfter) > 0
    const isHeld = !wasShown && isNewer && this.isVisible(message)
    this.known.set(message.id, { message, state: '', order: 0, isHeld })
  }

  private isLoaded(message: Message): boolean {
    return this.runs[0]!.from === Infinity || this.runs.some((run) => covers(run, message.sentAt))
  }

  private isVisible(message: Message): boolean {
    if (message.threadId !== '' && !message.isShownInRoom) return false
    return message.system === '' || this.options.labels.system(message) !== ''
  }
}

function covers({ from, to }: Interval, time: number): boolean {
  return from <= time && time <= to
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
