export type QueryValue = string | number | boolean | undefined
export type Query = Readonly<Record<string, QueryValue>>

/**
 * `?a=1&b=x`, or an empty string. Members that are undefined are left out: Rocket.Chat refuses parameters it does not
 * know, an empty one included (protocol reference 3.1). Written by hand because mini-programs have no URLSearchParams.
 */
export function toQueryString(query: Query): string {
  const pairs: string[] = []
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) pairs.push(`${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
