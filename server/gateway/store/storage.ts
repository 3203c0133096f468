import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../clock'
import { openLocalRecords } from './localRecords'
import { createLocalLocks, type Locks } from './locks'
import type { RecordChange, Records } from './records'
import { createRedisLink, type RedisLink } from './redisLink'
import { createRedisLocks } from './redisLocks'
import { createRedisRecords } from './redisRecords'
import type { SecretBox } from './secretBox'
import { createSharedRecords } from './sharedRecords'

/** Begins every key and names the channel; the number is that of the format. */
const prefix = 'im:1'

export type StorageOptions = {
  /** The database of this gateway, created when missing. */
  file: string
  /** `redis(s)://` address that several gateways share; undefined: this gateway is alone. */
  redisUrl: string | undefined
  /** Seals what goes to Redis. */
  secretBox: SecretBox
  /** Collections whose changes must be heard even when they happened while Redis was away. */
  watched: readonly string[]
  clock: Clock
  logger: Logger
}

/** Everything that the gateway keeps, and who else knows it. */
export type Storage = {
  records: Records
  locks: Locks
  /** Short-lived values for all gateways, without a copy here; undefined when this gateway is alone. */
  ephemeral: Records | undefined
  /** Whether Redis answers and all is exchanged; `none` when this gateway is alone. */
  shared(): boolean | 'none'
  /** Told of every change, also of those that other gateways make. */
  onChange(listener: (change: RecordChange) => void): void
  /**
   * When what the other gateways know is known here, or Redis is known to be away.
   * @throws {StartError} when the other gateways have another key.
   */
  started(): Promise<void>
  removeExpired(): void
  /** @throws when the database cannot be written. */
  probe(): void
  close(): void
}

type Sharing = Pick<Storage, 'records' | 'locks' | 'ephemeral' | 'shared' | 'started'> & {
  link: RedisLink | undefined
}

export function openStorage(options: StorageOptions): Storage {
  const local = openLocalRecords(options.file, options.clock)
  const listeners: ((change: RecordChange) => void)[] = []
  const tell = (change: RecordChange) => {
    for (const listener of listeners) listener(change)
  }
  const { link, ...sharing } =
    options.redisUrl === undefined
      ? alone(local, tell)
      : together(options, options.redisUrl, local, tell)
  return {
    ...sharing,
    onChange: (listener) => listeners.push(listener),
    removeExpired: () => local.removeExpired(),
    probe: () => local.probe(),
    close() {
      link?.close()
      local.close()
    },
  }
}

function alone(local: Records, tell: (change: RecordChange) => void): Sharing {
  return {
    records: telling(local, tell),
    locks: createLocalLocks(),
    ephemeral: undefined,
    shared: () => 'none',
    started: () => Promise.resolve(),
    link: undefined,
  }
}

function together(
  { secretBox, watched, clock, logger }: StorageOptions,
  url: string,
  local: ReturnType<typeof openLocalRecords>,
  onChange: (change: RecordChange) => void,
): Sharing {
  const link = createRedisLink(url, prefix, logger)
  const origin = randomBytes(9).toString('base64url')
  const common = { link, secretBox, clock, prefix }
  const remote = createRedisRecords({ ...common, channel: prefix, origin })
  const name = nameOf(url)
  const shared = createSharedRecords({
    ...{ local, remote, link, name, watched, clock, logger, onChange },
  })
  return {
    records: shared,
    locks: createRedisLocks(link, prefix),
    ephemeral: createRedisRecords(common),
    shared: () => link.isUp && shared.isSynced,
    started: () => shared.started(),
    link,
  }
}

/** Which database it is, without the password. */
function nameOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

function telling(records: Records, tell: (change: RecordChange) => void): Records {
  return {
    get: (collection, key) => records.get(collection, key),
    list: (collection) => records.list(collection),
    async put(collection, key, value, expiresAt) {
      await records.put(collection, key, value, expiresAt)
      tell({ collection, key, value })
    },
    async add(collection, key, value, expiresAt) {
      const isNew = await records.add(collection, key, value, expiresAt)
      if (isNew) tell({ collection, key, value })
      return isNew
    },
    async remove(collection, key) {
      const wasThere = await records.remove(collection, key)
      tell({ collection, key, value: undefined })
      return wasThere
    },
  }
}
