import type { Message } from '../../../../src/rocketchat/types'
import { createTimeline } from '../../../../src/timeline/timeline'
import type { Row, Timeline, TimelineOptions } from '../../../../src/timeline/types'
import { checkInvariants, visibleRows } from './checkInvariants'
import { makeMessage, makeOptions, MINUTE, own, seededRandom, START } from './samples'
import { newestOf, TimelineModel } from './timelineModel'

const SEEDS = 200
const OPERATIONS = 300
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
  history(run) {
    const messages = several(run, 30)
    const hasOldest = run.random() < 0.1
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

function runSeed(seed: number): number {
  const random = seededRandom(seed)
  const options = makeOptions(pickLastSeen(random))
  const timeline = createTimeline(options)
  const run: Run = { timeline, model: new TimelineModel(options), options, random, clock: 0 }
  const mirror: Mirror = new Map()
  let shown = 0
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
  }
  return shown
}

function pickLastSeen(random: () => number): number {
  if (random() < 0.2) return Infinity
  return random() < 0.2 ? 0 : START + Math.floor(random() * IDS * 7) * MINUTE
}

test(`any order of operations leaves the list as if it were sorted anew (${SEEDS} seeds)`, () => {
  const sizes: number[] = []
  for (let seed = 1; seed <= SEEDS; seed++) sizes.push(runSeed(seed))
  // The runs are worth something only when lists get longer than a few chunks.
  expect(sizes.sort((a, b) => a - b)[SEEDS / 2]).toBeGreaterThan(40)
})
