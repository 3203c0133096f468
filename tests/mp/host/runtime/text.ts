/** A value of the program as text, for places where only texts and numbers make sense; anything else is `otherwise`. */
export function textOf(value: unknown, otherwise = ''): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : otherwise
}
