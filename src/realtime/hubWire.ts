/** What the client and the gateway's hub have to agree on beside SignalR itself. */

/** The subprotocol that the hub confirms. Offering it also asks for refusals as close codes. */
export const hubSubprotocol = 'im.hub'

const bearerPrefix = 'im.bearer.'

/**
 * Refusals of a websocket that offered the subprotocol. They come after the upgrade, because no platform shows a script the
 * HTTP status of a refused one, and a dead token must not look like a dead network.
 */
export const hubCloseCodes = {
  unauthorized: 4401,
  tooManySockets: 4429,
  unavailable: 4503,
} as const

/**
 * The subprotocols to offer: a page can set no other header of a websocket, and an address is written into logs.
 * @param token the business token; without one the hub refuses
 */
export function toHubSubprotocols(token: string): string[] {
  if (token === '') return [hubSubprotocol]
  // Parentheses are the only characters left that a subprotocol's name must not have (RFC 9110, 5.6.2).
  const name = encodeURIComponent(token).replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))
  return [hubSubprotocol, bearerPrefix + name]
}

/**
 * The token among the offered subprotocols; undefined when there is none, or none that can be read.
 * @param offered the value of `Sec-WebSocket-Protocol`
 */
export function readHubSubprotocols(offered: string): {
  isHub: boolean
  token: string | undefined
} {
  const names = offered.split(',').map((name) => name.trim())
  const bearer = names.find((name) => name.startsWith(bearerPrefix))
  return {
    isHub: names.includes(hubSubprotocol),
    token: bearer === undefined ? undefined : decode(bearer.slice(bearerPrefix.length)),
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
