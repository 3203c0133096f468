import type { App } from '../app'
import type { MessageDoc, UserDoc } from '../documents'
import { accessibleRoom } from './roomAccess'

type Attachment = Record<string, unknown>

/** How deep a quote shows what the quoted message quotes (Rocket.Chat's `Message_QuoteChainLimit`). */
const chainLimit = 2

/** The message that an address of this workspace points to, as `<Site_Url>/<kind>/<room>?msg=<id>`. */
const linkedId = (app: App, address: string): string | undefined => {
  const site = app.settings.text('Site_Url').replace(/\/+$/, '')
  // With the slash: http://127.0.0.1:3000 is also the beginning of http://127.0.0.1:30001.
  if (site === '' || !address.startsWith(`${site}/`) || !URL.canParse(address)) return undefined
  return new URL(address).searchParams.get('msg') ?? undefined
}

const isQuote = (attachment: Attachment): boolean => typeof attachment.message_link === 'string'

/** Attachments with their own quotes cut off below `depth`. */
const shortened = (attachments: readonly Attachment[], depth: number): Attachment[] =>
  attachments.flatMap((attachment) => {
    if (!isQuote(attachment)) return [attachment]
    if (depth <= 0) return []
    const nested = Array.isArray(attachment.attachments) ? attachment.attachments : []
    return [{ ...attachment, attachments: shortened(nested as Attachment[], depth - 1) }]
  })

const shownName = ({ alias = '', u }: MessageDoc): string => (alias === '' ? u.username : alias)

/** The attachment that shows a message in another one; `link` is the address that leads to it. */
export const quoteOf = (message: MessageDoc, link: string): Attachment => {
  const quote: Attachment = {
    text: message.msg,
    author_name: shownName(message),
    author_icon: `/avatar/${encodeURIComponent(message.u.username)}`,
    message_link: link,
    attachments: shortened(message.attachments ?? [], chainLimit - 1),
    ts: message.ts,
  }
  if (message.md !== undefined) quote.md = message.md
  return quote
}

/**
 * The message with a quote for each link to a message that its author may read, and without older quotes (protocol
 * reference 4.1a). Such links are not previewed.
 */
export const withQuotes = (app: App, author: UserDoc, message: MessageDoc): MessageDoc => {
  const quotes: Attachment[] = []
  const urls = message.urls?.map((url) => {
    const id = linkedId(app, url.url)
    const quoted = id === undefined ? undefined : app.store.messages.get(id)
    const readable = quoted !== undefined && accessibleRoom(app, quoted.rid, author) !== undefined
    if (!readable || quoted.t === 'rm') return url
    quotes.push(quoteOf(quoted, url.url))
    return { ...url, ignoreParse: true as const }
  })
  const others = (message.attachments ?? []).filter((attachment) => !isQuote(attachment))
  const changed = quotes.length > 0 || others.length !== (message.attachments?.length ?? 0)
  if (!changed || urls === undefined) return message
  return { ...message, urls, attachments: [...quotes, ...others] }
}
