import { inject, provide, type InjectionKey } from 'vue'
import { parseDomId, type RowView } from './rowView'

/** What the list does when a message is tapped or held, by the message's id, and when a web address in one is tapped. */
export type RowTaps = {
  onTap: (messageId: string) => void
  onHold: (messageId: string) => void
  onAddress: (url: string) => void
}

/** What both browsers and mini-programs tell of a tap. */
type TapEvent = { target: { id?: string } | null }

const key: InjectionKey<RowTaps> = Symbol('row taps')

export function provideRowTaps(taps: RowTaps): void {
  provide(key, taps)
}

/**
 * Handlers for the outermost element of a chunk. They belong there: outside of a component a mini-program names the component
 * as the target of a tap, not what was tapped in it.
 * @param rows of the chunk
 */
export function useRowTaps(rows: () => readonly RowView[]) {
  const taps = inject(key, undefined)
  const tapped = ({ target }: TapEvent) => parseDomId(target?.id ?? '')

  return {
    onTap(event: TapEvent): void {
      const found = tapped(event)
      if (!found) return
      const { messageId, link } = found
      const href = rows().find((row) => row.key === messageId)?.links[link ?? -1]?.href
      if (href === undefined) taps?.onTap(messageId)
      else taps?.onAddress(href)
    },
    onHold(event: TapEvent): void {
      const found = tapped(event)
      if (found) taps?.onHold(found.messageId)
    },
  }
}
