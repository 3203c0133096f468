import type { Clock } from '../clock'
import type { RedisLink } from './redisLink'
import type { RecordChange, Records } from './records'
import type { SecretBox } from './secretBox'

/** A change as it goes through the channel; the value is sealed. */
type Message = {
  from: string
  collection: string
  key: string
  box: string | null
  expiresAt: number | null
}

export type HeardChange = RecordChange & { expiresAt: number | undefined; isOwn: boolean }

export type RedisRecordsOptions = {
  link: RedisLink
  secretBox: SecretBox
  clock: Clock
  /** Begins every key: gateways with the same one share. */
  prefix: string
  /** Where changes are told; nowhere when left out. */
  channel?: string
  /** Names this gateway in what it tells. */
  origin?: string
}

/** A value with the times of its writing and of its end (epoch milliseconds). */
export type HeldRecord = { value: string; writtenAt: number; expiresAt: number | undefined }

export type RedisRecords = Records & {
  read(collection: string, key: string): Promise<HeldRecord | undefined>
  readAll(collection: string): Promise<(HeldRecord & { key: string })[]>
  /**
   * Leaves a mark that is sealed with this gateway's key, unless there is one. @returns whether that one can be opened:
   * false means that other gateways share this Redis with another key.
   */
  hasSameKey(): Promise<boolean>
  /** Reads a message of the channel; undefined when it is none of gateways with the same key. */
  readChange(message: string): HeardChange | undefined
}

/**
 * Value and index change together, and the index lives as long as its longest value. Scores are epoch milliseconds,
 * `inf` for ever.
 */
const putScript = `
  if ARGV[4] == '1' and redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
  if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
  else redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3]) end
  redis.call('ZADD', KEYS[2], ARGV[3] == '' and '+inf' or ARGV[3], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[5])
  local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
  if last == 'inf' then redis.call('PERSIST', KEYS[2])
  elseif last then redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', tonumber(last))) end
  if ARGV[6] ~= '' then redis.call('PUBLISH', ARGV[6], ARGV[7]) end
  return 1`

const removeScript = `
  redis.call('ZREM', KEYS[2], ARGV[1])
  if ARGV[2] ~= '' then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
  return redis.call('DEL', KEYS[1])`

/**
 * Records in Redis, for several gateways. Values are sealed: Redis and its dumps hold no token, password or name in the
 * clear. Everything throws {RedisAway} while Redis does not answer.
 */
export function createRedisRecords(options: RedisRecordsOptions): RedisRecords {
  const { link, prefix } = options
  // A collection without colons, so that no two pairs make the same name.
  const keyOf = (collection: string, key: string) =>
    `${prefix}:v:${encodeURIComponent(collection)}:${key}`
  const indexOf = (collection: string) => `${prefix}:i:${collection}`
  const opened = async (collection: string, key: string) => {
    const box = await link.run((redis) => redis.get(keyOf(collection, key)))
    return box === null ? undefined : open(options, collection, key, box)
  }
  const write = createWrite(options, keyOf, indexOf)
  return {
    get: async (collection, key) => (await opened(collection, key))?.value,
    read: opened,
    readAll: (collection) => readAll(options, collection, indexOf(collection), keyOf),
    async list(collection) {
      const held = await readAll(options, collection, indexOf(collection), keyOf)
      return held.map(({ key, value }) => ({ key, value }))
    },
    async put(collection, key, value, expiresAt) {
      await write(collection, key, value, expiresAt, false)
    },
    add: (collection, key, value, expiresAt) => write(collection, key, value, expiresAt, true),
    async remove(collection, key) {
      const message = messageOf(options, { collection, key, box: null, expiresAt: null })
      const keys = [keyOf(collection, key), indexOf(collection)] as const
      const removed = await link.run((redis) =>
        redis.eval(removeScript, 2, ...keys, key, options.channel ?? '', message),
      )
      return removed === 1
    },
    hasSameKey: () => hasSameKey(options),
    readChange: (message) => readChange(options, message),
  }
}

const markContext = 'key-mark'

async function hasSameKey({ link, prefix, secretBox }: RedisRecordsOptions): Promise<boolean> {
  const name = `${prefix}:key`
  const own = secretBox.seal(markContext, markContext)
  const mark = await link.run(async (redis) => {
    await redis.set(name, own, 'NX')
    return redis.get(name)
  })
  return mark === null || secretBox.open(mark, markContext) !== undefined
}

async function readAll(
  options: RedisRecordsOptions,
  collection: string,
  index: string,
  keyOf: (collection: string, key: string) => string,
) {
  const keys = await options.link.run((redis) =>
    redis.zrangebyscore(index, options.clock.now() + 1, '+inf'),
  )
  if (keys.length === 0) return []
  const boxes = await options.link.run((redis) =>
    redis.mget(keys.map((key) => keyOf(collection, key))),
  )
  return keys.flatMap((key, at) => {
    const box = boxes[at]
    const content = typeof box === 'string' ? open(options, collection, key, box) : undefined
    return content ? [{ key, ...content }] : []
  })
}

function createWrite(
  options: RedisRecordsOptions,
  keyOf: (collection: string, key: string) => string,
  indexOf: (collection: string) => string,
) {
  const { link, clock, secretBox, channel = '' } = options
  return async (
    collection: string,
    key: string,
    value: string,
    expiresAt: number | undefined,
    isNew: boolean,
  ): Promise<boolean> => {
    const now = clock.now()
    if (expiresAt !== undefined && expiresAt <= now) return true
    const box = secretBox.seal(JSON.stringify([now, value, expiresAt]), contextOf(collection, key))
    const message = messageOf(options, { collection, key, box, expiresAt: expiresAt ?? null })
    const keys = [keyOf(collection, key), indexOf(collection)] as const
    const times = [expiresAt === undefined ? '' : String(expiresAt), isNew ? '1' : ''] as const
    const written = await link.run((redis) =>
      redis.eval(putScript, 2, ...keys, key, box, ...times, String(now), channel, message),
    )
    return written === 1
  }
}

function contextOf(collection: string, key: string): string {
  return `record:${encodeURIComponent(collection)}:${key}`
}

function messageOf(
  { origin = '', channel }: RedisRecordsOptions,
  change: Omit<Message, 'from'>,
): string {
  return channel === undefined ? '' : JSON.stringify({ from: origin, ...change })
}

/** @returns undefined for what was sealed with another key. */
function open(
  { secretBox }: RedisRecordsOptions,
  collection: string,
  key: string,
  box: string,
): HeldRecord | undefined {
  const text = secretBox.open(box, contextOf(collection, key))
  if (text === undefined) return undefined
  const [writtenAt, value, expiresAt] = JSON.parse(text) as [number, string, number | undefined]
  return { writtenAt, value, expiresAt }
}

function readChange(options: RedisRecordsOptions, message: string): HeardChange | undefined {
  const parsed = parseMessage(message)
  if (parsed === undefined) return undefined
  const { from, collection, key, box, expiresAt } = parsed
  const isOwn = from === options.origin
  const common = { collection, key, isOwn, expiresAt: expiresAt ?? undefined }
  if (box === null) return { ...common, value: undefined }
  const content = open(options, collection, key, box)
  return content && { ...common, value: content.value }
}

function parseMessage(text: string): Message | undefined {
  try {
    const value = JSON.parse(text) as Partial<Message> | null
    const isMessage =
      typeof value?.collection === 'string' &&
      typeof value.key === 'string' &&
      (value.box === null || typeof value.box === 'string')
    return isMessage ? (value as Message) : undefined
  } catch {
    return undefined
  }
}
