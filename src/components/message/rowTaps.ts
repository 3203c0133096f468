import { inject, provide, type InjectionKey } from 'vue'
import { bubbleIdPrefix } from './rowView'

/** What the list does when a message is tapped or held, by the message's id. */
export type RowTaps = { onTap: (messageId: string) => void; onHold: (messageId: string) => void }

/** What both browsers and mini-programs tell of a tap. */
type TapEvent = { target: { id?: string } | null }

const key: InjectionKey<RowTaps> = Symbol('row taps')

export function provideRowTaps(taps: RowTaps): void {
  provide(key, taps)
}

/**
 * Handlers for the outermost element of a chunk. They belong there: outside of a component a mini-program names the component
 * as the target of a tap, not what was tapped in it.
 */
export function useRowTaps() {
  const taps = inject(key, undefined)
  const whenBubble = (run: ((id: string) => void) | undefined) => (event: TapEvent) => {
    const id = event.target?.id ?? ''
    if (id.startsWith(bubbleIdPrefix)) run?.(id.slice(bubbleIdPrefix.length))
  }
  return { onTap: whenBubble(taps?.onTap), onHold: whenBubble(taps?.onHold) }
}
