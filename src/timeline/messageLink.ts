/**
 * Links to messages as Rocket.Chat makes them: the address of a room with the message's id, for example
 * `https://chat.example.com/channel/general?msg=Xyz`. A reply begins with such links as Markdown links of a single space.
 */
export type MessageLink = {
  messageId: string
  /** What the address calls the room: a slug, in direct conversations the room's id. */
  roomName: string
}

const link =
  /https?:\/\/[^\s()<>]*?\/(?:channel|group|direct)\/([^\s()<>/?#]+)\?(?:[^\s()<>#]*&)?msg=([A-Za-z0-9]+)/
const quotes = /^\s*(?:\[ \]\([^\s)]*[?&]msg=[A-Za-z0-9]+[^\s)]*\)\s*)+/

/** The first link to a message in a text. */
export function messageLinkIn(text: string): MessageLink | undefined {
  const [, name, messageId] = link.exec(text) ?? []
  if (name === undefined || messageId === undefined) return undefined
  return { messageId, roomName: decoded(name) }
}

/** Whether a text begins with the link to a message that it answers. */
export function isQuoting(text: string): boolean {
  return quotes.test(text)
}

/** A text as a person wrote it: without the links with which a reply begins. One of nothing else stays as it is. */
export function withoutQuotes(text: string): string {
  return text.replace(quotes, '') || text
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
