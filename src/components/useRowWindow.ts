import { computed, ref, type ComputedRef, type Ref } from 'vue'

/** Rows drawn at once: three screens of a tall phone. */
export const drawnRows = 40
/** The window moves in steps, so that a small scroll draws nothing. */
const step = 10

export type RowWindow<T> = {
  /** The rows that are drawn. */
  shown: ComputedRef<readonly T[]>
  /** Space in px for the rows above and below them. */
  above: ComputedRef<number>
  below: ComputedRef<number>
  /** The list is scrolled by so many px: draws the rows that are there. */
  showAt(scrollPx: number): void
}

/**
 * A window over a long list whose rows all have the same height. Rows that are not drawn are space, so the scroll position
 * means the same whatever is drawn, and a row that moves costs as much as the window is long.
 *
 * @param rowHeight in px
 */
export function useRowWindow<T>(rows: Ref<readonly T[]>, rowHeight: number): RowWindow<T> {
  const wanted = ref(0)
  const start = computed(() => Math.min(wanted.value, lastStart(rows.value.length)))
  return {
    shown: computed(() => rows.value.slice(start.value, start.value + drawnRows)),
    above: computed(() => start.value * rowHeight),
    below: computed(() => Math.max(0, rows.value.length - start.value - drawnRows) * rowHeight),
    showAt(scrollPx) {
      // A third of what is drawn is above the screen, for whoever scrolls back.
      const first = Math.floor(scrollPx / rowHeight) - Math.floor(drawnRows / 3)
      wanted.value = Math.max(0, Math.floor(first / step) * step)
    },
  }
}

function lastStart(count: number): number {
  return Math.max(0, Math.ceil((count - drawnRows) / step) * step)
}
