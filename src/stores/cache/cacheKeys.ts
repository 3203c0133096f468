/** Grows with every change of what is kept: whatever has another version is removed, and fetched again. */
const schemaVersion = 1

const current = `cache${schemaVersion}|`

/** Whether this version of the client wrote the key. */
export const isCurrentKey = (key: string): boolean => key.startsWith(current)

/**
 * Where everything of one account on one server lies: accounts and servers never see each other's.
 * @param server address of the server; `''` where there is only one
 */
export function scopeOf(server: string, userId: string): string {
  // Neither part can contain the separator now.
  return `${current}${encodeURIComponent(server)}|${encodeURIComponent(userId)}|`
}

const roomPart = 'room|'

export const roomsPrefix = (scope: string): string => scope + roomPart
export const roomKey = (scope: string, roomId: string): string => roomsPrefix(scope) + roomId
export const listKey = (scope: string, part: string): string => `${scope}list|${part}`

/** Rooms are given up before lists, which paint the first screen. */
export const rankOfKey = (key: string): number => (key.split('|')[3] === 'room' ? 0 : 1)
