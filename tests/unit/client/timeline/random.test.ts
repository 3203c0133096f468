import type { Message } from '../../../../src/rocketchat/types'
import { createTimeline } from '../../../../src/timeline/timeline'
import type { LoadedPage, Row, Timeline, TimelineOptions } from '../../../../src/timeline/types'
import { checkInvariants, visibleRows } from './checkInvariants'
import { makeMessage, makeOptions, MINUTE, own, seededRandom, START } from './samples'
import { newestOf, TimelineModel } from './timelineModel'

/**
 * `SEEDS=1000` runs 1,000 seeds of 500 operations, 500,000 checks of everything: 205 s on two busy cores, all passed on
 * 2026-11-23. An ordinary run takes as many as fit into some seconds.
 */
const SEEDS = Number(process.env.SEEDS ?? 60)
const FIRST_SEED = Number(process.env.FIRST_SEED ?? 1)
const OPERATIONS = 500
/** Few enough ids that messages are met again, enough for several chunks. */
const IDS = 80

type Run = {
  timeline: Timeline
  model: TimelineModel
  options: TimelineOptions
  random: () => number
  clock: number
}

function pick<T>(run: Run, values: readonly T[]): T {
  return values[Math.floor(run.random() * values.length)]!
}

const authors = [
  { id: 'ann', username: 'ann', name: 'Ann' },
  { id: 'bob', username: 'bob', name: '李晓明' },
  { id: 'bot', username: 'bot', name: 'Alias' },
]

/** A version of some message: now and then its author, time or kind is another one than before. */
function anyMessage(run: Run): Message {
  const number = Math.floor(run.random() * IDS)
  const chance = run.random()
  const at = chance < 0.05 ? Math.floor(run.random() * IDS) * MINUTE : number * 7 * MINUTE
  const message = makeMessage(`m${number}`, at, {
    author: authors[number % 3]!,
    updatedAt: START + run.clock - Math.floor(run.random() * 20),
    text: `version ${run.clock}`,
    editedAt: run.random() < 0.2 ? START + run.clock : 0,
    isGroupable: number % 11 !== 0,
  })
  if (number % 10 === 0) return { ...message, ...own }
  if (number % 13 === 0) return { ...message, system: pick(run, ['uj', 'silent', 'plain', 'rm']) }
  if (number % 17 === 0) return { ...message, threadId: 'm1', isShownInRoom: run.random() < 0.5 }
  return message
}

/** A page of messages that follow each other, with the times between which it is complete. */
function anyPage(run: Run): LoadedPage {
  const ends = run.model.runs.flatMap(({ from, to }) => [from, to]).filter(Number.isFinite)
  const joinsAt = run.random() < 0.5 ? pick(run, ends) : undefined
  const count = Math.floor(run.random() * 4) + 1
  const isOlder = run.random() < 0.5
  const versions = Array.from({ length: count * 6 }, () => anyMessage(run))
  const copies = [...new Map(versions.map((message) => [message.id, message])).values()]
  copies.sort((a, b) => a.sentAt - b.sentAt)
  if (joinsAt === undefined) {
    const start = Math.floor(run.random() * copies.length)
    const part = copies.slice(start, start + count)
    return { messages: part, from: part[0]!.sentAt, to: part[part.length - 1]!.sentAt }
  }
  if (isOlder) {
    const part = copies.filter(({ sentAt }) => sentAt <= joinsAt).slice(-count)
    const from = run.random() < 0.01 ? -Infinity : (part[0]?.sentAt ?? joinsAt)
    return { messages: part, from, to: joinsAt, joinsAt }
  }
  const part = copies.filter(({ sentAt }) => sentAt >= joinsAt).slice(0, count)
  const to = run.random() < 0.01 ? Infinity : (part[part.length - 1]?.sentAt ?? joinsAt)
  return { messages: part, from: joinsAt, to, joinsAt }
}

function several(run: Run, most: number): Message[] {
  return Array.from({ length: Math.floor(run.random() * most) + 1 }, () => anyMessage(run))
}

function pending(run: Run): Message {
  return makeMessage(`p${Math.floor(run.random() * 25)}`, run.clock * MINUTE, own)
}

/** The server's copy of a message that may be waiting. */
function confirmed(run: Run): Message {
  const number = Math.floor(run.random() * 25)
  const at = Math.floor(run.random() * IDS * 8) * MINUTE
  return makeMessage(`p${number}`, at, { ...own, updatedAt: START + run.clock })
}

const operations: Record<string, (run: Run) => void> = {
  page(run) {
    if (run.model.runs[0]!.from === Infinity) return
    const page = anyPage(run)
    run.timeline.insertPage(page)
    run.model.insertPage(page)
  },
  jump(run) {
    operations.page!(run)
  },
  dropFar(run) {
    if (run.random() < 0.7) return
    const most = Math.floor(run.random() * 60)
    const keptAt = anyMessage(run).sentAt
    run.timeline.dropFar(most, keptAt)
    run.model.dropFar(most, keptAt)
  },
  target(run) {
    run.timeline.setTarget(run.random() < 0.5 ? '' : anyMessage(run).id)
  },
  history(run) {
    // Seldom after the first time: it makes one piece of all that is loaded.
    const isFirst = run.model.runs[0]!.from === Infinity
    if (!isFirst && run.random() < 0.97) return
    const since = START + (IDS - 15) * 7 * MINUTE
    const messages = several(run, 60).filter(({ sentAt }) => !isFirst || sentAt >= since)
    if (messages.length === 0) return
    const hasOldest = run.random() < 0.02
    run.timeline.insertHistory({ messages, hasOldest })
    // Of several copies of one message only the newest belongs to the page.
    const newest = new Map<string, Message>()
    for (const message of messages) {
      const other = newest.get(message.id)
      if (other === undefined || other.updatedAt < message.updatedAt)
        newest.set(message.id, message)
    }
    run.model.insertHistory([...newest.values()], hasOldest)
  },
  upsert(run) {
    const messages = several(run, 5)
    const source = pick(run, ['feed', 'answer'] as const)
    run.timeline.upsert(messages, source)
    run.model.upsert(messages, source)
  },
  confirm(run) {
    const messages = [confirmed(run)]
    run.timeline.upsert(messages)
    run.model.upsert(messages, 'feed')
  },
  remove(run) {
    if (run.random() < 0.6) return
    const ids = [anyMessage(run).id]
    run.timeline.remove(ids)
    run.model.remove(ids)
  },
  prune(run) {
    if (run.random() < 0.95) return
    const after = START + Math.floor(run.random() * IDS) * 7 * MINUTE
    const users = run.random() < 0.5 ? [] : ['ann']
    const range = { ids: undefined, after, before: after + 60 * MINUTE, users }
    run.timeline.prune(range)
    run.model.prune(range)
  },
  setPending(run) {
    const message = pending(run)
    const state = pick(run, ['waiting', 'sending', 'failed'] as const)
    run.timeline.setPending(message, state)
    run.model.setPending(message, state)
  },
  dropPending(run) {
    const { id } = pending(run)
    run.timeline.dropPending(id)
    run.model.dropPending(id)
  },
  hold(run) {
    run.timeline.hold()
    run.model.hold()
  },
  release(run) {
    run.timeline.release()
    run.model.release()
  },
  stale(run) {
    const isStale = run.random() < 0.5
    if (isStale) run.timeline.markStale()
    else run.timeline.markCaughtUp()
    run.model.setStale(isStale)
  },
}

const names = Object.keys(operations)

function compareWithModel({ timeline, model }: Run): void {
  const rows = visibleRows(timeline)
  const { shown, held } = model.view()
  compareGaps(timeline, model)
  if (rows.length !== shown.length) throw new Error(`${rows.length} rows, not ${shown.length}`)
  rows.forEach((row, i) => {
    const { message, state } = shown[i]!
    if (row.id !== message.id) throw new Error(`${row.id} at ${i}, not ${message.id}`)
    if (row.state !== state) throw new Error(`${row.id} is ${row.state}, not ${state}`)
    if (timeline.get(row.id) !== message) throw new Error(`another version of ${row.id}`)
  })
  const actual = [
    timeline.heldCount,
    timeline.firstUnreadId,
    timeline.newestAt,
    timeline.latestUpdatedAt,
    timeline.hasOldest,
  ]
  const expected = [
    held.length,
    model.firstUnreadOf(shown),
    newestOf([...shown, ...held]),
    model.watermark,
    model.hasOldest,
  ]
  if (actual.join() !== expected.join()) {
    throw new Error(`${actual.join()} instead of ${expected.join()}`)
  }
}

/** Exactly where the pieces that are loaded end, and nowhere else. */
function compareGaps(timeline: Timeline, model: TimelineModel): void {
  const gaps = timeline.chunks.filter(({ hasGap }) => hasGap).map(({ key }) => timeline.gapAt(key))
  const expected = model.runs
    .slice(1)
    .map(({ to }, i) => ({ olderTo: to, newerFrom: model.runs[i]!.from }))
  if (JSON.stringify(gaps) !== JSON.stringify(expected)) {
    throw new Error(`gaps ${JSON.stringify(gaps)} instead of ${JSON.stringify(expected)}`)
  }
}

/** The screen's copy, kept up to date with what `takeChanges` says and nothing else. */
type Mirror = Map<string, readonly Row[]>

function updateMirror(timeline: Timeline, mirror: Mirror): void {
  const { chunksChanged, dirtyKeys } = timeline.takeChanges()
  const byKey = new Map(timeline.chunks.map((chunk) => [chunk.key, chunk.rows]))
  if (chunksChanged) {
    for (const key of mirror.keys()) if (!byKey.has(key)) mirror.delete(key)
  }
  for (const key of dirtyKeys) {
    mirror.set(
      key,
      byKey.get(key)!.map((row) => Object.freeze(row)),
    )
  }
  if (mirror.size !== byKey.size) throw new Error('the screen has other chunks')
  for (const [key, rows] of byKey) {
    const copy = mirror.get(key)
    if (copy?.length !== rows.length || rows.some((row, i) => row !== copy[i])) {
      throw new Error(`chunk ${key} changed without being dirty`)
    }
  }
}

function runSeed(seed: number): { shown: number; pieces: number } {
  const random = seededRandom(seed)
  const options = makeOptions(pickLastSeen(random))
  const timeline = createTimeline(options)
  const run: Run = { timeline, model: new TimelineModel(options), options, random, clock: 0 }
  const mirror: Mirror = new Map()
  let shown = 0
  let pieces = 0
  for (let i = 0; i < OPERATIONS; i++) {
    run.clock++
    const name = pick(run, names)
    try {
      operations[name]!(run)
      checkInvariants(timeline, options)
      compareWithModel(run)
      updateMirror(timeline, mirror)
    } catch (error) {
      throw new Error(`seed ${seed}, operation ${i} (${name}): ${String(error)}`)
    }
    shown = Math.max(shown, timeline.size)
    pieces = Math.max(pieces, run.model.runs.length)
  }
  return { shown, pieces }
}

function pickLastSeen(random: () => number): number {
  if (random() < 0.2) return Infinity
  return random() < 0.2 ? 0 : START + Math.floor(random() * IDS * 7) * MINUTE
}

test(`any order of operations leaves the list as if it were sorted anew (${SEEDS} seeds)`, () => {
  const runs = Array.from({ length: SEEDS }, (_, i) => runSeed(FIRST_SEED + i))
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!
  // The runs are worth something only when lists get longer than a few chunks and fall into pieces.
  expect(median(runs.map(({ shown }) => shown))).toBeGreaterThan(40)
  expect(median(runs.map(({ pieces }) => pieces))).toBeGreaterThanOrEqual(3)
})
