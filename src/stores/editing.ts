import { computed, shallowRef } from 'vue'
import type { Message } from '../rocketchat/types'
import type { EditDraft } from './drafts'

/** A text that was typed as the change of a message that is deleted now; it is a draft of its room from then on. */
export type ReturnedText = { roomId: string; text: string }

export type EditingOptions = {
  /** A message of the open room, as it is shown. */
  find: (id: string) => Message | undefined
  /** The message is gone while another text than its own was in the field. */
  onReturned: (text: string) => void
  /** What is kept of the open room's edit: when the room is left, and when the app ends in the middle of it. */
  keep: (edit: EditDraft | undefined) => void
}

/** The message that is in the composer to be changed, and what is typed there meanwhile. */
export function createEditing({ find, onReturned, keep }: EditingOptions) {
  /** A new object when it begins or ends; what is typed is changed in it. */
  const draft = shallowRef<EditDraft>()
  const editing = computed(() => draft.value && { id: draft.value.id, text: draft.value.text })

  function begin(edit: EditDraft | undefined): void {
    draft.value = edit
    keep(undefined)
  }

  return {
    editing,
    /** What the field has while a message is changed. */
    typed: () => draft.value?.typed,
    actions: {
      /** Takes a message into the composer; `''` gives it up. */
      setEditing(id: string): void {
        const text = find(id)?.text
        begin(id === '' || text === undefined ? undefined : { id, text, typed: text })
      },
      /** What the field has now. */
      noteEdited(text: string): void {
        if (!draft.value) return
        draft.value.typed = text
        keep(hasNews(draft.value) ? { ...draft.value } : undefined)
      },
    },
    /** Messages are deleted, by whomever. */
    noteRemoved(ids: readonly string[]): void {
      const edit = draft.value
      if (!edit || !ids.includes(edit.id)) return
      // First the draft: the field takes it when nothing is changed any more.
      if (hasNews(edit)) onReturned(edit.typed.trim())
      begin(undefined)
    },
    /**
     * A room is opened whose edit was kept. Its message need not be there: one that was deleted meanwhile is said to be gone by
     * the catch-up or by the answer to the edit, and either makes the text a draft.
     */
    resume(kept: EditDraft | undefined): void {
      draft.value = kept && { ...kept }
    },
    /** The room is left; what is kept stays. */
    leave(): void {
      draft.value = undefined
    },
  }
}

/** Whether something was typed that would be lost. */
function hasNews({ text, typed }: EditDraft): boolean {
  return typed.trim() !== '' && typed.trim() !== text.trim()
}
