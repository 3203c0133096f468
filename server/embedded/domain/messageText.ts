import type { Options } from '@rocket.chat/message-parser'
import type { App } from '../app'
import type { Mention, MessageDoc, MessageUrl } from '../documents'
import { parseMarkdown } from './markdown'

/** What the server derives from a message's text (protocol reference 5.1, step 9). */
export type DerivedText = Required<Pick<MessageDoc, 'md' | 'mentions' | 'channels' | 'urls'>>

const maxNames = 100

const treeOf = (app: App, text: string): unknown[] => {
  const options: Options = {
    colors: app.settings.flag('HexColorPreview_Enabled'),
    emoticons: true,
  }
  if (app.settings.flag('Katex_Enabled')) {
    options.katex = { dollarSyntax: false, parenthesisSyntax: true }
  }
  return parseMarkdown(text, options)
}

/** The names that follow a sign, without doubles: `@name` or `#name` after the start, a space or punctuation. */
const namesAfter = (sign: '@' | '#', text: string, pattern: string): string[] => {
  const found = new Set<string>()
  const expression = new RegExp(`(?:^|[\\s\\p{P}])${sign}(${pattern})`, 'gu')
  for (const match of text.matchAll(expression)) {
    if (match[1] !== undefined) found.add(match[1])
    if (found.size === maxNames) break
  }
  return [...found]
}

/** A team is named, and nobody's counters move by that: telling its people belongs to the enterprise edition. */
const teamMention = (app: App, name: string): Mention | undefined => {
  const team = app.store.teams.byName(name)
  return team && { _id: team._id, username: team.name, name: team.name, type: 'team' }
}

const toMention = (app: App, name: string): Mention | undefined => {
  if (name === 'all' || name === 'here') return { _id: name, username: name }
  const user = app.store.users.byUsername(name)
  if (user === undefined) return teamMention(app, name)
  return { _id: user._id, username: user.username, name: user.name, type: 'user' }
}

const findMentions = (app: App, text: string): Mention[] => {
  const mentions = new Map<string, Mention>()
  // Escaped: the class ends with "-_." which the u flag reads as a broken range.
  for (const name of namesAfter('@', text, '[0-9a-zA-Z\\-_.]+')) {
    const mention = toMention(app, name)
    if (mention !== undefined) mentions.set(mention._id, mention)
  }
  return [...mentions.values()]
}

const findChannels = (app: App, text: string): DerivedText['channels'] =>
  namesAfter('#', text, '[0-9a-zA-Z\\-_.]+').flatMap((name) => {
    const room = app.store.rooms.byName(name)
    if (room?.name === undefined) return []
    const channel: DerivedText['channels'][number] = { _id: room._id, name: room.name }
    if (room.fname !== undefined) channel.fname = room.fname
    return [channel]
  })

const collectLinks = (node: unknown, links: Set<string>): void => {
  if (Array.isArray(node)) {
    for (const child of node) collectLinks(child, links)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const { type, value } = node as { type?: unknown; value?: unknown }
  if (type === 'LINK' || type === 'IMAGE') {
    const source = (value as { src?: { value?: unknown } }).src?.value
    if (typeof source === 'string') links.add(source)
  }
  collectLinks(value, links)
}

const toUrl = (source: string, previews: readonly string[] | undefined): MessageUrl | undefined => {
  const absolute = source.startsWith('//') ? `https:${source}` : source
  if (!/^https?:\/\//i.test(absolute) || !URL.canParse(absolute)) return undefined
  const url: MessageUrl = { url: absolute, meta: {} }
  if (previews !== undefined && !previews.includes(absolute)) url.ignoreParse = true
  return url
}

/**
 * Parses a text and resolves whom and what it mentions. `previews` are the addresses that the sender wants previewed;
 * nothing is fetched here.
 */
export const deriveText = (app: App, text: string, previews?: readonly string[]): DerivedText => {
  const md = treeOf(app, text)
  const links = new Set<string>()
  collectLinks(md, links)
  return {
    md,
    mentions: findMentions(app, text),
    channels: findChannels(app, text),
    urls: [...links].flatMap((link) => toUrl(link, previews) ?? []),
  }
}
