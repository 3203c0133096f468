/** A web address in a text, and what is written behind it. */
export type TextLink = {
  /** As it stands in the text; begins with http:// or https://, whatever their case. */
  url: string
  /** Up to the next address, or to the end. */
  after: string
}

/** A text cut at its web addresses. */
export type LinkedText = {
  /** What is written before the first address; all of it when there is none. */
  before: string
  links: readonly TextLink[]
}

/** A message of more addresses than this is an attack or a list; the rest of it stays plain. */
export const maxLinks = 10

/**
 * Every character but blanks, control characters, delimiters of Markdown and HTML, general punctuation (curly quotes, dashes,
 * invisible marks that turn the direction of writing) and everything Chinese, Japanese and Korean with its punctuation and
 * full-width forms: people write on right behind an address there, and addresses that are copied have those encoded.
 */
const addressPart =
  '[^\\s\\u0000-\\u0020\\u007f-\\u009f"<>\\\\^`{|}\\u2000-\\u206f\\u2e80-\\ud7af\\ud800-\\udfff\\uf900-\\ufaff\\ufe30-\\ufe4f\\uff00-\\uffef]+'

/** Ends sentences or closes emphasis more often than it belongs to an address (as in GitHub's Markdown). */
const trailing = ".,;:!?'*_~"

/**
 * Finds the http and https addresses of a text. No other scheme is ever one, and none that names a user before its host, because
 * `https://bank.example@evil.example` leads to the second.
 */
export function splitLinks(text: string): LinkedText {
  const address = new RegExp(`https?://${addressPart}`, 'gi')
  const links: { url: string; after: string }[] = []
  let before = ''
  let end = 0
  const keep = (until: number): void => {
    const last = links[links.length - 1]
    if (last) last.after = text.slice(end, until)
    else before = text.slice(0, until)
  }
  for (let found = address.exec(text); found; found = address.exec(text)) {
    const url = withoutTrail(found[0])
    if (!hasHost(url)) continue
    keep(found.index)
    links.push({ url, after: '' })
    end = found.index + url.length
    if (links.length === maxLinks) break
  }
  keep(text.length)
  return { before, links }
}

function hasHost(url: string): boolean {
  const authority = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? ''
  return /^(?:[a-z0-9\u00c0-\u024f]|\[[0-9a-f:])/i.test(authority) && !authority.includes('@')
}

/** Without punctuation at its end, and without brackets there that it did not open itself. */
function withoutTrail(found: string): string {
  const loose = { ')': surplus(found, ')', '('), ']': surplus(found, ']', '[') }
  let length = found.length
  for (; length > 0; length -= 1) {
    const last = found.charAt(length - 1)
    const isBracket = last === ')' || last === ']'
    if (isBracket ? loose[last] <= 0 : !trailing.includes(last)) break
    if (isBracket) loose[last] -= 1
  }
  return found.slice(0, length)
}

/** How many more of one sign a text has than of another. */
const surplus = (text: string, sign: string, other: string): number =>
  text.split(sign).length - text.split(other).length

const messageAddress = /\/(?:channel|group|direct)\/[^/?#]+\?(?:[^#]*&)?msg=[A-Za-z0-9]/

/** Whether an address is that of a message in Rocket.Chat, to which the list goes itself (src/timeline/messageLink.ts). */
export function leadsToMessage(url: string): boolean {
  return messageAddress.test(url)
}
