import type { useOutboxStore } from './outbox'

type Outbox = Pick<ReturnType<typeof useOutboxStore>, 'edit' | 'remove' | 'react'>

/** What a person does to messages of the open room; each is false when this device could not keep it on disk. */
export interface OwnChanges {
  /**
   * Changes the text of an own message, shown at once and sent when it can be; of a message that is not sent yet, what will be
   * sent. A refused text stays on its row, which has failed; the outbox's `lastRefusal` says why.
   */
  editMessage(id: string, text: string): boolean
  /** Deletes a message for everybody; as `editMessage`. One that is not sent yet is never sent. */
  deleteMessage(id: string): boolean
  /**
   * Adds the user's reaction to a message, or takes it back; as `editMessage`.
   * @param emoji with its colons, such as `:smile:`
   */
  react(id: string, emoji: string, shouldReact: boolean): boolean
}

export function createOwnChanges(outbox: Outbox, openId: () => string): OwnChanges {
  return {
    editMessage: (id, text) => outbox.edit(openId(), id, text),
    deleteMessage: (id) => outbox.remove(openId(), id),
    react: (id, emoji, shouldReact) => outbox.react(openId(), id, emoji, shouldReact),
  }
}
