import type { Translate } from '../locales/translate'
import { messageLinkIn, withoutQuotes } from '../timeline/messageLink'
import type { Timeline } from '../timeline/types'
import { plainText } from './channel'

export type OpenMessagesOptions = {
  /** Of the open room; undefined while none is. */
  timeline: () => Timeline | undefined
  selfId: () => string | undefined
  t: () => Translate
  /** Id of a known room by what a link calls it; undefined for others. */
  roomNamed: (name: string) => string | undefined
  openId: () => string
}

/** Where a link in a message leads. */
export type LinkTarget = { roomId: string; messageId: string }

/** What pages ask about single messages of the open room. */
export function createOpenMessages({
  timeline,
  selfId,
  t,
  roomNamed,
  openId,
}: OpenMessagesOptions) {
  const find = (id: string) => timeline()?.get(id)

  return {
    actions: {
      /** What a person would copy of a message; `''` for unknown ids. */
      textOf(id: string): string {
        const message = find(id)
        return message ? withoutQuotes(plainText(message, t())) : ''
      },
      /** Where the link to another message leads that a message has, as a quotation or in its words. */
      linkOf(id: string): LinkTarget | undefined {
        const link = messageLinkIn(find(id)?.text ?? '')
        if (!link) return undefined
        // Links of a gateway or of an older name call the open room by names that are not known here.
        return { messageId: link.messageId, roomId: roomNamed(link.roomName) ?? openId() }
      },
      /** Whether somebody may try to change a message: their own, of words. */
      isOwnText(id: string): boolean {
        const message = find(id)
        return message?.author.id === selfId() && message?.system === '' && message.text !== ''
      },
    },
  }
}
