/** One value of a collection. */
export type RecordEntry = { key: string; value: string }

/** A value that was put, or removed when `value` is undefined. */
export type RecordChange = { collection: string; key: string; value: string | undefined }

/**
 * Where the gateway keeps what has to survive a restart or be known to other gateways: texts by collection and key.
 * Implemented by SQLite for one gateway and by Redis for several. Times are epoch milliseconds; a value whose time is
 * over is as good as gone. Single calls are atomic.
 */
export interface Records {
  get(collection: string, key: string): Promise<string | undefined>
  /** Everything in a collection, in no order that matters. */
  list(collection: string): Promise<RecordEntry[]>
  /** @param expiresAt never when left out. */
  put(collection: string, key: string, value: string, expiresAt?: number): Promise<void>
  /** @returns false when there is a value already, which then stays. */
  add(collection: string, key: string, value: string, expiresAt?: number): Promise<boolean>
  /** @returns whether there was a value. Of several callers only one hears true. */
  remove(collection: string, key: string): Promise<boolean>
}

/** A collection's name from parts of any characters; different parts never make the same name. */
export function collectionOf(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/')
}
