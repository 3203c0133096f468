import { nextTick, onBeforeUnmount, onMounted } from 'vue'
import { onResize } from '../../platform/page'
import type { Disposer } from '../../platform/types'
import { useChatStore } from '../../stores/chat'
import type { Place } from '../../stores/places'
import type { ChunkWindow } from './useChunkWindow'
import type { ListScroll } from './useListScroll'

/** How often the reader's place is noted while older messages are read, in ms. */
const placeEveryMs = 1_000

/**
 * Notes where older messages are read: for the next time that the room opens, and to bring that place back when the phone was
 * turned, where the platform does not keep it itself. A scroll-view tells its place only when it is asked, and later than
 * a page that goes can wait.
 */
export function useKeptPlace(scroll: ListScroll, view: ChunkWindow): void {
  const chat = useChatStore()
  let lastPlace: Place | undefined
  let lastHeight = 0
  let placeTimer: ReturnType<typeof setInterval> | undefined
  let stopResize: Disposer = () => undefined

  async function notePlace(): Promise<void> {
    if (chat.isAtNewest) return
    const found = await scroll.place()
    if (!found) return
    const { place, listHeight } = found
    // A phone that is being turned is laid out anew before it tells so; what is at the top then is not what was read.
    const isResized = listHeight !== lastHeight && lastHeight !== 0
    lastHeight = listHeight
    if (isResized) return
    lastPlace = place
    chat.notePlace(place)
  }

  /** The page has another width, and with it every message another height. */
  async function turn(): Promise<void> {
    const place = chat.isAtNewest ? undefined : lastPlace
    view.forgetHeights()
    await nextTick()
    if (place) await scroll.restore(place)
  }

  onMounted(() => {
    scroll.keep()
    chat.setPlaceSource(scroll.placeNow)
    stopResize = onResize(() => void turn())
    placeTimer = setInterval(() => void notePlace(), placeEveryMs)
  })
  onBeforeUnmount(() => {
    clearInterval(placeTimer)
    stopResize()
    chat.setPlaceSource(() => undefined)
    scroll.stop()
  })
}
