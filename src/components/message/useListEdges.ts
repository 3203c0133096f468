import { nextTick, onBeforeUnmount, onMounted, watch, type ComponentPublicInstance } from 'vue'
import type { Disposer } from '../../platform/types'
import { observeVisibility } from '../../platform/visibility'
import { useChatStore } from '../../stores/chat'
import type { ChunkWindow } from './useChunkWindow'

/** How far outside the visible part, in px, chunks are drawn and history is asked for. */
const margin = 600

export type ListEdgesOptions = {
  scrollerId: string
  component: ComponentPublicInstance | null
  view: ChunkWindow
}

/** Watches the ends of what is drawn and the gaps in it: whatever comes near the visible part is drawn or loaded. */
export function useListEdges({ scrollerId, component, view }: ListEdgesOptions) {
  const chat = useChatStore()
  let observers: Disposer[] = []
  /** The list is on its way to a message: what comes near the visible part meanwhile counts only afterwards. */
  let isGoing = false

  function edge(
    target: string,
    px: number,
    onChange: (isVisible: boolean, isInLowerHalf: boolean) => void,
  ): Disposer {
    return observeVisibility({ component, root: `#${scrollerId}`, target, margin: px }, onChange)
  }

  function watchEdges(): void {
    for (const dispose of observers) dispose()
    observers = [
      edge('.older-edge', margin, (isVisible) => {
        if (isVisible && !isGoing) void view.showOlder()
      }),
      edge('.newer-edge', margin, (isVisible) => {
        if (isVisible && !isGoing && !view.isAtStart.value) void view.showNewer()
      }),
      edge('.newest', 0, (isVisible) => chat.setAtNewest(isVisible && view.isAtStart.value)),
      ...view.mounted.value.filter(({ hasGap }) => hasGap).map(({ key }) => watchGap(key)),
    ]
  }

  function watchGap(key: string): Disposer {
    return edge(`#gap-${key}`, margin, (isVisible, isInLowerHalf) => {
      if (isVisible && !isGoing && chat.gapState === 'idle') void fillGap(key, isInLowerHalf)
    })
  }

  /** Runs something during which the ends mean nothing. */
  async function quietly(run: () => Promise<void>): Promise<void> {
    isGoing = true
    try {
      await run()
    } finally {
      isGoing = false
      watchEdges()
    }
  }

  /** Whoever sees it below comes from older messages: then the newer ones are loaded, and nothing above it moves. */
  async function fillGap(key: string, isBelow: boolean): Promise<void> {
    if (!isBelow) {
      await chat.fillGap(key, 'newer')
      return
    }
    // Until they have come, what lies on the other side of the gap must not be drawn again.
    await quietly(async () => {
      if (await view.showFrom(key)) await chat.fillGap(key, 'older')
      // They are in the window's list with the next drawing.
      await nextTick()
    })
  }

  // An edge that stays visible after a change says nothing by itself, so it is asked again.
  watch(
    [view.mounted, view.isAtStart, () => chat.gapState, () => chat.historyState],
    () => void nextTick(watchEdges),
  )
  onMounted(watchEdges)
  onBeforeUnmount(() => {
    for (const dispose of observers) dispose()
  })

  return { fillGap, quietly }
}
