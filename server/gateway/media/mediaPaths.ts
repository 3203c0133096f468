import { isFilePath, mentionsToken } from '../proxy/filePaths'

const anyOrigin = 'http://chat.invalid'
const longest = 1024
/** What may be asked of an avatar or a file (protocol reference 5.11, 5.12), with the values that make sense. */
const queries: Record<string, RegExp> = {
  size: /^\d{1,4}$/,
  format: /^(?:png|jpg|jpeg)$/,
  etag: /^[A-Za-z0-9_-]{0,64}$/,
  download: /^$/,
}

/**
 * The one spelling of an avatar's or a file's path, as messages and users name it, for example
 * `/file-upload/<id>/<name>` or `/avatar/<username>?size=64&format=png`.
 *
 * @returns undefined for everything else: other folders, other servers, ways out of the folder, unknown queries.
 */
export function normalizeMediaPath(path: string): string | undefined {
  const [raw = ''] = path.split('?', 1)
  const isOurs = path.length <= longest && path.startsWith('/') && URL.canParse(path, anyOrigin)
  if (!isOurs || mentionsToken(path) || path.includes('#') || path.includes('\\')) return undefined
  const url = new URL(path, anyOrigin)
  // A path with a way out of its folder is another one after parsing, or is refused by its spelling.
  const isSame =
    url.origin === anyOrigin && decodable(raw) && segments(raw) === segments(url.pathname)
  if (!isSame || !isFilePath(url.pathname)) return undefined
  const isKnown = [...url.searchParams].every(([name, value]) => queries[name]?.test(value))
  return isKnown ? `${url.pathname}${url.search}` : undefined
}

function segments(path: string): number {
  return path.split('/').length
}

function decodable(path: string): boolean {
  try {
    // Control characters would become part of a header or of a log line somewhere.
    // eslint-disable-next-line no-control-regex
    return !/[\u0000-\u001f\u007f]/.test(decodeURIComponent(path))
  } catch {
    return false
  }
}
