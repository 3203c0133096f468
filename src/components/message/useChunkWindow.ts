import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { maxMounted, type ViewChunk } from '../../stores/roomView'

export type ChunkWindowOptions = {
  /** Newest first. */
  chunks: Ref<readonly ViewChunk[]>
  /** Heights in px of the mounted chunks, newest first. */
  measure: () => Promise<number[]>
  /** Asks for older messages; called when the oldest known chunk is near the visible part. */
  loadOlder: () => void
}

export type ChunkWindow = {
  mounted: ComputedRef<readonly ViewChunk[]>
  /** Height in px that stands for the newer chunks that are not drawn. */
  newerPad: ComputedRef<number>
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
}

/**
 * Which chunks of the list are drawn. Chunks that leave the window are replaced by empty space of the height they had, so
 * nothing that is being read moves. The window is kept by a chunk's key, because new chunks at the front shift indexes.
 */
export function useChunkWindow({ chunks, measure, loadOlder }: ChunkWindowOptions): ChunkWindow {
  /** Key of the newest drawn chunk; `''` while that is the newest of all. */
  const firstKey = ref('')
  const heights = shallowRef<ReadonlyMap<string, number>>(new Map())
  let isMoving = false
  /** Grows with each reset: a move that was measuring then does not happen any more. */
  let resets = 0

  const start = computed(() => {
    if (firstKey.value === '') return 0
    return Math.max(0, indexOf(chunks.value, firstKey.value))
  })
  const mounted = computed(() => chunks.value.slice(start.value, start.value + maxMounted))
  const heightOf = (list: readonly ViewChunk[]): number =>
    list.reduce((sum, { key }) => sum + (heights.value.get(key) ?? 0), 0)
  const newerPad = computed(() => heightOf(chunks.value.slice(0, start.value)))
  const olderPad = computed(() => heightOf(chunks.value.slice(start.value + maxMounted)))

  /** In step with the list, before anything is drawn. */
  watch(
    chunks,
    (now, before) => {
      if (now.length === 0) {
        // Another timeline begins, which uses the same keys for other chunks.
        firstKey.value = ''
        heights.value = new Map()
      } else if (firstKey.value !== '' && indexOf(now, firstKey.value) < 0) {
        // The first drawn chunk was deleted: what was drawn below it stays where it is.
        const stayed = before.slice(indexOf(before, firstKey.value))
        moveTo(indexOf(now, stayed.find(({ key }) => indexOf(now, key) >= 0)?.key ?? ''))
      }
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

  function moveTo(index: number): void {
    firstKey.value = index <= 0 ? '' : (chunks.value[index]?.key ?? '')
  }

  /** One move at a time: a second one would measure chunks that are about to leave. */
  async function move(change: () => void): Promise<void> {
    if (isMoving) return
    isMoving = true
    const resetsBefore = resets
    try {
      await remember()
      if (resets === resetsBefore) change()
    } finally {
      isMoving = false
    }
  }

  async function showOlder(): Promise<void> {
    if (start.value + maxMounted < chunks.value.length) {
      await move(() => moveTo(start.value + 1))
    } else {
      loadOlder()
    }
  }

  return {
    mounted,
    newerPad,
    olderPad,
    isAtStart: computed(() => start.value === 0),
    showOlder,
    showNewer: () => move(() => moveTo(start.value - 1)),
    reset() {
      resets += 1
      moveTo(0)
    },
  }
}

function indexOf(list: readonly ViewChunk[], key: string): number {
  return list.findIndex((chunk) => chunk.key === key)
}
