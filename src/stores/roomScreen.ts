import { computed, ref } from 'vue'
import type { GapState } from './gapFilling'
import type { HistoryState, OpenRoom } from './openRoom'
import { createRoomView } from './roomView'

/** What the screen shows of the open room, copied from it once per flush, and what a copy would cost. */
export function createRoomScreen() {
  const view = createRoomView()
  const historyState = ref<HistoryState>('idle')
  const gapState = ref<GapState>('idle')
  const heldCount = ref(0)

  /** The list shows how far history and gaps are; the pill counts what is kept back. */
  function cost({ timeline, historyState: history, gapState: gap }: OpenRoom): number {
    const isStateNew = history !== historyState.value || gap !== gapState.value
    return view.cost(timeline, isStateNew) + (timeline.heldCount === heldCount.value ? 0 : 1)
  }

  return {
    state: { chunks: view.chunks, historyState, gapState, heldCount },
    hasFailed: computed(() => historyState.value === 'failed' || gapState.value === 'failed'),
    /** How many components `publish` would draw now; each is drawn once, whatever changed in it. */
    cost,
    publish(room: OpenRoom): void {
      view.publish(room.timeline)
      heldCount.value = room.timeline.heldCount
      historyState.value = room.historyState
      gapState.value = room.gapState
    },
    /** Another timeline begins. */
    clearChunks: view.clear,
    clear(): void {
      view.clear()
      historyState.value = 'idle'
      gapState.value = 'idle'
      heldCount.value = 0
    },
  }
}
