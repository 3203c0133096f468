import { nextTick, ref, type ComponentPublicInstance, type Ref } from 'vue'
import type { ViewChunk } from '../../stores/roomView'
import type { Place } from '../../stores/places'
import type { ScrollTarget } from '../../stores/roomJumps'
import { measureRects, measureScroll } from '../../platform/elements'
import { keepPlace, moveContentDown, scrollToStart, type PlaceKeeper } from '../../platform/scroll'
import { bubbleIdPrefix } from './rowView'

/** How often, and for how many frames, a component that is being made is looked for. */
const frameMs = 16
const maxTries = 60

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

  /** The topmost visible message, undefined when none is visible. */
  async function place(): Promise<Place | undefined> {
    const [[list], slots] = await Promise.all([
      measureRects(component, scroller),
      measureRects(component, '.chunk-slot'),
    ])
    if (!list) return undefined
    const index = slots.findIndex(
      ({ top, height }) => top <= list.top + 1 && top + height > list.top + 1,
    )
    const chunk = mounted.value[index]
    const scope = chunk && scopes.get(chunk.key)
    if (!scope) return undefined
    const rows = await measureRects(scope, '.row')
    const at = rows.findIndex(({ top, height }) => height > 0 && top + height > list.top + 1)
    const [row, rect] = [chunk.rows[at], rows[at]]
    return row && rect && row.kind !== 'gone'
      ? { id: row.id, offset: rect.top - list.top }
      : undefined
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
