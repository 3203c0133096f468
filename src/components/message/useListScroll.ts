import { nextTick, ref, type ComponentPublicInstance, type Ref } from 'vue'
import type { ViewChunk } from '../../stores/roomView'
import type { Place } from '../../stores/places'
import type { ScrollTarget } from '../../stores/roomJumps'
import { measureRects, measureScroll, type Rect } from '../../platform/elements'
import { keepPlace, moveContentDown, scrollToStart, type PlaceKeeper } from '../../platform/scroll'
import { bubbleIdPrefix } from './rowView'

/** How often, and for how many frames, a component that is being made is looked for. */
const frameMs = 16
const maxTries = 60

/** The topmost visible message, and how high the list was at that moment, in px. */
type FoundPlace = { place: Place; listHeight: number }

type PlacedRow = Rect & { id: string }

export type ListScroll = ReturnType<typeof useListScroll>

export type ListScrollOptions = {
  scrollerId: string
  component: ComponentPublicInstance | null
  /** Drawn chunks, newest first. */
  mounted: Ref<readonly ViewChunk[]>
  /** The component of a drawn chunk. */
  scopes: ReadonlyMap<string, ComponentPublicInstance>
  isFollowing: () => boolean
}

/**
 * Moves the message list and says where it is. On H5 the element itself is moved; elsewhere a scroll-view goes where its
 * `scroll-top` says, which it reads only when the value changes.
 */
export function useListScroll(options: ListScrollOptions) {
  const { scrollerId, component, mounted, scopes } = options
  const scroller = `#${scrollerId}`
  const scrollTop = ref(0)
  let keeper: PlaceKeeper | undefined

  function goTo(px: number): void {
    // A hundredth more or less is no movement but another value.
    scrollTop.value = scrollTop.value === px ? px + 0.01 : px
  }

  async function moveDown(px: number): Promise<void> {
    if (Math.abs(px) < 0.5) return
    if (!moveContentDown(scrollerId, px)) goTo((await measureScroll(component, scroller)) + px)
  }

  /** A mini-program makes the component of a chunk some time after the tick in which it was asked for. */
  async function scopeOf(key: string): Promise<ComponentPublicInstance | undefined> {
    for (let tries = 0; tries < maxTries && !scopes.has(key); tries++) {
      await new Promise((resolve) => setTimeout(resolve, frameMs))
    }
    return scopes.get(key)
  }

  /** Brings a drawn message to where it shall be. */
  async function bring({ id, offset }: ScrollTarget): Promise<void> {
    const chunk = mounted.value.find(({ rows }) => rows.some((row) => row.id === id))
    const scope = chunk && (await scopeOf(chunk.key))
    if (!chunk || !scope) return
    const [rows, [list]] = await Promise.all([
      measureRects(scope, '.row'),
      measureRects(component, scroller),
    ])
    const row = rows[chunk.rows.findIndex((one) => one.id === id)]
    if (!row || !list) return
    const wanted = offset ?? Math.max(0, (list.height - row.height) / 2)
    await moveDown(list.top + wanted - row.top)
    keeper?.note()
  }

  /** The rows of a drawn chunk and where they are; none for what is no chunk. */
  async function rowsIn(chunk: ViewChunk | undefined): Promise<PlacedRow[]> {
    const scope = chunk && scopes.get(chunk.key)
    if (!scope) return []
    const rects = await measureRects(scope, '.row')
    return chunk.rows.flatMap(({ id, kind }, index) => {
      const rect = rects[index]
      return rect && rect.height > 0 && kind !== 'gone' ? [{ id, ...rect }] : []
    })
  }

  /** Undefined when no message is visible. */
  async function place(): Promise<FoundPlace | undefined> {
    const [[list], slots] = await Promise.all([
      measureRects(component, scroller),
      measureRects(component, '.chunk-slot'),
    ])
    if (!list) return undefined
    const { top, height } = list
    const index = slots.findIndex((slot) => slot.top <= top + 1 && slot.top + slot.height > top + 1)
    const rows = await rowsIn(mounted.value[index])
    const isWhole = (row: PlacedRow): boolean => row.top >= top - 1 && row.top < top + height
    // What is cut off at the top would change with its own height; it serves when nothing else is there.
    const found =
      rows.find(isWhole) ??
      (await rowsIn(mounted.value[index - 1])).find(isWhole) ??
      rows.find((row) => row.top + row.height > top + 1)
    return found && { place: { id: found.id, offset: found.top - top }, listHeight: height }
  }

  return {
    scrollTop,
    bring,
    /** As `bring`, after every height has changed; where a keeper has put it back already, nothing is left to do. */
    async restore(place: Place) {
      if (!keeper) await bring(place)
    },
    place,
    /** Begins to keep what is read in its place, where the platform lets scripts do that. */
    keep() {
      keeper = keepPlace({
        elementId: scrollerId,
        anchors: '.bubble, .note',
        rows: '.row',
        isFollowing: options.isFollowing,
      })
    },
    /** The topmost message at once, where the platform can say it at once. */
    placeNow(): Place | undefined {
      const found = keeper?.place()
      if (!found?.elementId.startsWith(bubbleIdPrefix)) return undefined
      return { id: found.elementId.slice(bubbleIdPrefix.length), offset: found.offset }
    },
    stop: () => keeper?.dispose(),
    async toNewest() {
      await nextTick()
      scrollToStart(scrollerId)
      goTo(0)
      keeper?.note()
    },
    /** The newer end grew by so many px; a keeper knows itself by how much. */
    async follow(px: number) {
      if (keeper) {
        await nextTick()
        keeper.correct()
        return
      }
      goTo((await measureScroll(component, scroller)) + px)
    },
  }
}
