/** Number of colours in the avatar palette. */
const PALETTE_SIZE = 12

const chineseName = /^\p{Script=Han}+$/u
const letterOrDigit = /[\p{L}\p{N}]/u

/**
 * What stands in an avatar without a picture. Chinese: the last two characters, which are the given name of most full names
 * (李晓明 becomes 晓明). Other scripts with spaces: up to two initials. Anything else, emoji for example: its first character.
 */
export function initialsOf(name: string): string {
  const known = knownInitials.get(name)
  if (known !== undefined) return known
  if (knownInitials.size >= mostKnownInitials) knownInitials.clear()
  const initials = findInitials(name)
  knownInitials.set(name, initials)
  return initials
}

/** Every row of a room asks, and most rooms have a handful of authors. */
const knownInitials = new Map<string, string>()
const mostKnownInitials = 1_000

function findInitials(name: string): string {
  const trimmed = name.trim()
  if (chineseName.test(trimmed)) return Array.from(trimmed).slice(-2).join('')
  const words = trimmed.split(/[\s._-]+/u).filter((word) => letterOrDigit.test(firstOf(word)))
  const [first, last] = [words[0], words[words.length - 1]]
  if (first === undefined || last === undefined) return firstOf(trimmed)
  const initials = words.length === 1 ? firstOf(first) : firstOf(first) + firstOf(last)
  return initials.toUpperCase()
}

const chineseStart = /^\p{Script=Han}{1,2}/u

/** For the title of a room that is no person: the first two characters in Chinese (极光项目 becomes 极光). */
export function roomInitialsOf(title: string): string {
  return chineseStart.exec(title.trim())?.[0] ?? initialsOf(title)
}

/** First code point, so that an emoji is not cut in half. */
function firstOf(word: string): string {
  const code = word.codePointAt(0)
  return code === undefined ? '' : String.fromCodePoint(code)
}

/** The same colour for the same id on every device: an index into the palette, 0 to 11. */
export function colorOf(id: string): number {
  let hash = 0
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) | 0
  return (hash >>> 0) % PALETTE_SIZE
}
