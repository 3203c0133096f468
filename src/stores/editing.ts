import { shallowRef } from 'vue'
import type { Message } from '../rocketchat/types'

/** A text that was typed as the change of a message that is deleted now; it is a draft of its room from then on. */
export type ReturnedText = { roomId: string; text: string }

export type EditingOptions = {
  /** A message of the open room, as it is shown. */
  find: (id: string) => Message | undefined
  /** The message is gone while another text than its own was in the field. */
  onReturned: (text: string) => void
}

/** The message that is in the composer to be changed, and what is typed there meanwhile. */
export function createEditing({ find, onReturned }: EditingOptions) {
  const editing = shallowRef<{ id: string; text: string }>()
  let typed = ''

  return {
    editing,
    actions: {
      /** Takes a message into the composer; `''` gives it up. */
      setEditing(id: string): void {
        const text = find(id)?.text
        editing.value = id === '' || text === undefined ? undefined : { id, text }
        typed = editing.value?.text ?? ''
      },
      /** What the field has now. */
      noteEdited(text: string): void {
        typed = text
      },
    },
    /** Messages are deleted, by whomever. */
    noteRemoved(ids: readonly string[]): void {
      const edited = editing.value
      if (!edited || !ids.includes(edited.id)) return
      // First the draft: the field takes it when nothing is changed any more.
      const text = typed.trim()
      if (text !== '' && text !== edited.text.trim()) onReturned(text)
      editing.value = undefined
    },
    stop(): void {
      editing.value = undefined
    },
  }
}
