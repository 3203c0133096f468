type Received = Record<string, string | string[]>

/** What a browser may show in place; anything else is saved as a file. */
const shownTypes =
  /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)|(?:audio|video)\/[\w.+-]+|text\/plain)(?:\s*;|$)/i
const drawing = /^image\/svg\+xml(?:\s*;|$)/i
/** Kinds of documents that can run scripts. */
const activeTypes = /html|xml|script|multipart|mathml|^text\/(?!plain|csv|markdown)/i

/** Nothing of the file may load, run, submit or reach this origin, also when somebody opens it as a page. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

/**
 * Headers that keep somebody's upload from running on the gateway's origin (gateway reference 7, item 23): no scripts, no
 * guessing of types, and a page or a drawing that is opened by itself is saved instead of shown. Drawings still appear in
 * `<image>` tags, where they cannot run anything. Letters of avatars are drawings that the chat server has made itself.
 *
 * @param path of the file on the chat server.
 * @param received what the chat server says about it.
 * @returns the headers to set over the received ones.
 */
export function hardenFile(path: string, received: Received): Record<string, string> {
  const headers: Record<string, string> = {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
  }
  const type = single(received['content-type'])
  if (type === undefined) return { ...headers, 'content-disposition': 'attachment' }
  const isLetters = path.startsWith('/avatar/') && drawing.test(type)
  if (isLetters || shownTypes.test(type)) return headers
  headers['content-disposition'] = attachment(single(received['content-disposition']))
  if (activeTypes.test(type) && !drawing.test(type)) {
    headers['content-type'] = 'application/octet-stream'
  }
  return headers
}

/** The same file name, but never shown in place. */
function attachment(disposition: string | undefined): string {
  const parameters = disposition?.indexOf(';') ?? -1
  return parameters === -1 || disposition === undefined
    ? 'attachment'
    : `attachment${disposition.slice(parameters)}`
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
