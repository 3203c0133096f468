import { computed, nextTick, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { maxMounted, type ViewChunk } from '../../stores/roomView'

/** Height in px of the row that stands for messages that are not loaded; the stylesheet has the same. */
export const gapHeight = 48

/** Least and most space in px below a place that a jump led to; what is there is not measured yet. */
const leastPad = 3_000
const mostPad = 30_000
const unknownHeight = 1_000

export type ChunkWindowOptions = {
  /** Newest first. */
  chunks: Ref<readonly ViewChunk[]>
  /** Heights in px of the mounted chunks, newest first. */
  measure: () => Promise<number[]>
  /** Height in px of the chunk that is drawn out of sight. */
  measureStaged: () => Promise<number>
  /** Asks for older messages; called when the oldest known chunk is near the visible part. */
  loadOlder: () => void
  /** What is newer than the visible part grew by so many px (negative: shrank): the scroller has to follow at once. */
  follow: (px: number) => void
}

export type ChunkWindow = {
  mounted: ComputedRef<readonly ViewChunk[]>
  /** Drawn out of sight, because its height has to be known before it is put between what is read and the newest end. */
  staged: Ref<ViewChunk | undefined>
  /** Height in px that stands for the newer chunks that are not drawn. */
  newerPad: Ref<number>
  /** Height in px that stands for the older chunks that were drawn once and are not now. */
  olderPad: ComputedRef<number>
  /** True when the newest chunk is drawn. */
  isAtStart: ComputedRef<boolean>
  /** The older end is near: draws one chunk more there, or loads history. */
  showOlder(): Promise<void>
  /** The newer end is near: draws one chunk more there. */
  showNewer(): Promise<void>
  /** Draws the newest chunks. */
  reset(): void
  /** Draws a chunk and its neighbours; what was drawn before is left. */
  showAround(key: string): void
  /** Newer chunks than this one are not drawn any more; nothing moves. False when something else came in between. */
  showFrom(key: string): Promise<boolean>
  /** The width has changed, and with it every height. */
  forgetHeights(): void
}

/**
 * Which chunks of the list are drawn. Chunks that leave the window are replaced by empty space of the height they had, and
 * one that comes in at the newer end is measured first and takes its height from that space, so nothing that is being read
 * moves. The window is kept by a chunk's key, because new chunks at the front shift indexes.
 */
export function useChunkWindow(options: ChunkWindowOptions): ChunkWindow {
  const { chunks, measure, measureStaged, loadOlder, follow } = options
  /** Key of the newest drawn chunk; `''` while that is the newest of all. */
  const firstKey = ref('')
  const newerPad = ref(0)
  const staged = shallowRef<ViewChunk>()
  const heights = shallowRef<ReadonlyMap<string, number>>(new Map())
  let hadGap = false
  let moving: Promise<void> | undefined
  /** Grows with each reset: a move that was measuring then does not happen any more. */
  let resets = 0

  const start = computed(() => {
    if (firstKey.value === '') return 0
    return Math.max(0, indexOf(chunks.value, firstKey.value))
  })
  const mounted = computed(() => chunks.value.slice(start.value, start.value + maxMounted))
  const olderPad = computed(() =>
    chunks.value
      .slice(start.value + maxMounted)
      .reduce((sum, { key }) => sum + (heights.value.get(key) ?? 0), 0),
  )

  /** In step with the list, before anything is drawn. */
  watch(
    chunks,
    (now, before) => {
      if (now.length === 0) {
        // Another timeline begins, which uses the same keys for other chunks.
        setFirst('')
        newerPad.value = 0
        heights.value = new Map()
        resets += 1
        return
      }
      if (firstKey.value === '') return
      if (indexOf(now, firstKey.value) < 0) {
        // The first drawn chunk was deleted: what was drawn below it stays where it is.
        const stayed = before.slice(indexOf(before, firstKey.value))
        setFirst(stayed.find(({ key }) => indexOf(now, key) >= 0)?.key ?? '')
        if (firstKey.value === '') newerPad.value = 0
      }
      const hasGap = now[start.value]?.hasGap ?? false
      if (hadGap && !hasGap) newerPad.value += gapHeight
      hadGap = hasGap
    },
    { flush: 'sync' },
  )

  async function remember(): Promise<void> {
    const drawn = mounted.value
    const measured = await measure()
    // Heights that were taken while the list changed belong to nobody knows which chunk.
    if (measured.length !== drawn.length || mounted.value !== drawn) return
    const next = new Map(heights.value)
    drawn.forEach(({ key }, index) => next.set(key, measured[index] ?? 0))
    heights.value = next
  }

  function setFirst(key: string): void {
    firstKey.value = key
    hadGap = chunks.value.find((chunk) => chunk.key === key)?.hasGap ?? false
  }

  /** One move at a time: a second one would measure chunks that are about to leave. */
  async function move(change: () => Promise<void> | void): Promise<void> {
    if (moving) return
    moving = measureAnd(change)
    try {
      await moving
    } finally {
      moving = undefined
    }
  }

  async function measureAnd(change: () => Promise<void> | void): Promise<void> {
    const resetsBefore = resets
    await remember()
    if (resets === resetsBefore) await change()
  }

  /** Chunks are about to come in on the newer side of this one: they must not push what is read out of the window. */
  async function showFrom(key: string): Promise<boolean> {
    while (moving) await moving.catch(() => undefined)
    await move(() => leaveTo(indexOf(chunks.value, key)))
    return chunks.value[start.value]?.key === key
  }

  /** Makes the chunk at an index the newest drawn one; those before it leave their heights. */
  function leaveTo(index: number): void {
    const chunk = chunks.value[index]
    if (chunk === undefined || index <= start.value) return
    const left = chunks.value.slice(start.value, index)
    newerPad.value += left.reduce((sum, { key }) => sum + (heights.value.get(key) ?? 0), 0)
    setFirst(chunk.key)
  }

  async function heightOf(chunk: ViewChunk): Promise<number | undefined> {
    const known = heights.value.get(chunk.key)
    if (known !== undefined) return known
    const resetsBefore = resets
    staged.value = chunk
    await nextTick()
    const height = await measureStaged()
    staged.value = undefined
    if (resets !== resetsBefore) return undefined
    heights.value = new Map(heights.value).set(chunk.key, height)
    return height
  }

  async function enterNewer(): Promise<void> {
    const index = start.value - 1
    const chunk = chunks.value[index]
    const height = chunk === undefined ? 0 : await heightOf(chunk)
    if (height === undefined) return
    // While it was measured, others may have come before it.
    const now = chunk === undefined ? 0 : indexOf(chunks.value, chunk.key)
    if (now < 0 || (chunk !== undefined && now !== start.value - 1)) return
    const left = newerPad.value - height
    newerPad.value = now === 0 ? 0 : Math.max(0, left)
    setFirst(now === 0 ? '' : (chunk?.key ?? ''))
    if (newerPad.value !== left) follow(newerPad.value - left)
  }

  function jumpTo(index: number): void {
    resets += 1
    staged.value = undefined
    const newer = chunks.value.slice(0, Math.max(0, index))
    const sum = newer.reduce((px, { key }) => px + (heights.value.get(key) ?? unknownHeight), 0)
    newerPad.value = newer.length === 0 ? 0 : Math.min(mostPad, Math.max(leastPad, sum))
    setFirst(newer.length === 0 ? '' : (chunks.value[index]?.key ?? ''))
  }

  return {
    mounted,
    staged,
    newerPad,
    olderPad,
    isAtStart: computed(() => firstKey.value === ''),
    async showOlder() {
      if (start.value + maxMounted < chunks.value.length) {
        await move(() => leaveTo(start.value + 1))
      } else {
        loadOlder()
      }
    },
    async showNewer() {
      if (firstKey.value !== '') await move(enterNewer)
    },
    reset: () => jumpTo(0),
    showAround: (key) => jumpTo(indexOf(chunks.value, key) - 2),
    showFrom,
    forgetHeights() {
      heights.value = new Map()
    },
  }
}

function indexOf(list: readonly ViewChunk[], key: string): number {
  return list.findIndex((chunk) => chunk.key === key)
}
