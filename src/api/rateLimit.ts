export type Headers = Readonly<Record<string, unknown>>

/**
 * How long a rate-limited answer asks to wait, in milliseconds; undefined when it does not say.
 * The relative statements come first: `X-RateLimit-Reset` is a moment on the server's clock, and phones' clocks are off by
 * minutes. It is corrected with the answer's `Date` where that is visible (protocol reference 3.4).
 * @param headers response headers, names in any case
 * @param text the error text, which may say `wait N seconds`
 * @param now epoch milliseconds on this device
 */
export function readRetryAfter(headers: Headers, text: string, now: number): number | undefined {
  const seconds = toNumber(findHeader(headers, 'retry-after'))
  if (seconds !== undefined) return seconds * 1000
  const said = /wait (\d+(?:\.\d+)?) seconds?/i.exec(text)
  if (said?.[1] !== undefined) return Number(said[1]) * 1000
  const resetAt = toNumber(findHeader(headers, 'x-ratelimit-reset'))
  if (resetAt === undefined) return undefined
  const serverNow = Date.parse(String(findHeader(headers, 'date')))
  return Math.max(0, resetAt - (Number.isNaN(serverNow) ? now : serverNow))
}

function findHeader(headers: Headers, name: string): unknown {
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === name) return value
  }
  return undefined
}

function toNumber(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  if (String(value).trim() === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) && number >= 0 ? number : undefined
}
