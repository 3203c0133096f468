/**
 * The websocket address that a sign-in announced: absolute ones are kept (http becomes ws, https wss), others lie below the
 * server's address, as the REST paths do. Written without URL, which mini-programs lack.
 * @param serverUrl `http(s)://host[:port][/prefix]`
 * @param announced for example `/websocket` or `wss://chat.example.com/websocket`
 * @throws {RangeError} when either has another scheme
 */
export function resolveRealtimeUrl(serverUrl: string, announced: string): string {
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(announced)?.[1]
  if (scheme !== undefined) return toWebSocketScheme(announced, scheme)
  const serverScheme = /^([a-z][a-z\d+.-]*):\/\/[^/?#]/i.exec(serverUrl)?.[1]
  if (serverScheme === undefined) throw new RangeError('The server address has no scheme or host.')
  if (announced.startsWith('//')) {
    return toWebSocketScheme(`${serverScheme}:${announced}`, serverScheme)
  }
  const base = serverUrl.replace(/[?#].*$/, '').replace(/\/+$/, '')
  const path = announced.startsWith('/') ? announced : `/${announced}`
  return toWebSocketScheme(base + path, serverScheme)
}

const webSocketSchemes: Readonly<Record<string, string>> = {
  http: 'ws',
  https: 'wss',
  ws: 'ws',
  wss: 'wss',
}

function toWebSocketScheme(url: string, scheme: string): string {
  const target = webSocketSchemes[scheme.toLowerCase()]
  if (target === undefined) throw new RangeError(`No websocket can be opened with ${scheme}.`)
  return target + url.slice(scheme.length)
}
