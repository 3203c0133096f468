/** Mini-programs send this origin, whatever their own name is. */
const miniProgramOrigin = 'https://servicewechat.com'

export type Origins = {
  /** Whether a page of this origin may open a websocket. No origin at all means that it is no page but an app. */
  mayOpenSocket(origin: string | undefined, host: string | undefined): boolean
  /** Whether an origin is the gateway's own or a listed one; a request without any is neither. */
  isOwn(origin: string | undefined, host: string | undefined): boolean
  /** Whether a page of another origin may use the HTTP endpoints. */
  mayReadAcross(origin: string | undefined): boolean
}

/** @param allowed origins besides the gateway's own, such as `https://app.example.com`. */
export function createOrigins(allowed: readonly string[]): Origins {
  const listed = new Set(allowed)
  const isOwn: Origins['isOwn'] = (origin, host) => {
    if (origin === undefined || listed.has(origin)) return origin !== undefined
    return host !== undefined && hostOf(origin) === host.toLowerCase()
  }
  return {
    mayOpenSocket: (origin, host) =>
      origin === undefined || origin === miniProgramOrigin || isOwn(origin, host),
    isOwn,
    mayReadAcross: (origin) => origin !== undefined && listed.has(origin),
  }
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1]
}
