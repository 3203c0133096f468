import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { errorCode, StartError } from '../../errors'
import type { Clock } from '../clock'
import type { LocalRecords, PendingWrite } from './localRecords'
import type { RecordChange, Records } from './records'
import { RedisAway, type RedisLink } from './redisLink'
import type { RedisRecords } from './redisRecords'

const pendingBatch = 100
const joinedCollection = 'sharing'
const retryMs = 5_000

export type SharedRecordsOptions = {
  local: LocalRecords
  remote: RedisRecords
  link: RedisLink
  /** Names the Redis database that is shared; what a gateway knew before it joined is brought along once. */
  name: string
  /** Collections that are read as a whole when Redis is back: what happened to them meanwhile must be known. */
  watched: readonly string[]
  clock: Clock
  logger: Logger
  /** Told of every change, of this gateway and of others. */
  onChange(change: RecordChange): void
}

export type SharedRecords = Records & {
  /** Whether the other gateways' changes are seen and ours are seen by them. */
  readonly isSynced: boolean
  /**
   * When the first synchronisation has ended, or Redis is known to be away.
   * @throws {StartError} when the gateways that share have another key.
   */
  started(): Promise<void>
}

const foreignKey =
  'IM_ENCRYPTION_KEY is not the key of the other gateways at IM_REDIS_URL; give all of them the same one, or name a Redis database of its own.'

/**
 * Records that several gateways share in Redis, with a replica in SQLite. While Redis is away the replica answers, and
 * writes are kept and brought to Redis when it is back, before anything is read from it again.
 */
export function createSharedRecords(options: SharedRecordsOptions): SharedRecords {
  return new Shared(options)
}

class Shared implements SharedRecords {
  isSynced = false
  /** Others seal with another key: nothing can be exchanged with them. */
  private isForeign = false
  private readonly options: SharedRecordsOptions
  private syncing: Promise<void> | undefined

  constructor(options: SharedRecordsOptions) {
    this.options = options
    const { link, remote } = options
    link.onMessage((message) => {
      const change = remote.readChange(message)
      if (change && !change.isOwn && !this.isForeign) void this.heard(change, change.expiresAt)
    })
    link.onUp(() => {
      this.isSynced = false
      this.syncing = this.sync()
    })
  }

  async started(): Promise<void> {
    await this.options.link.started()
    await this.syncing
    if (this.isForeign) throw new StartError(foreignKey)
  }

  async get(collection: string, key: string): Promise<string | undefined> {
    const { local, remote } = this.options
    return this.asked(
      async () => {
        const held = await remote.read(collection, key)
        const known = await local.get(collection, key)
        if (!held && known !== undefined) await local.remove(collection, key)
        if (held && held.value !== known) {
          await local.put(collection, key, held.value, held.expiresAt)
        }
        return held?.value
      },
      () => local.get(collection, key),
    )
  }

  list(collection: string) {
    const { local, remote } = this.options
    return this.asked(
      () => remote.list(collection),
      () => local.list(collection),
    )
  }

  async put(collection: string, key: string, value: string, expiresAt?: number): Promise<void> {
    const { local, remote } = this.options
    await local.put(collection, key, value, expiresAt)
    await this.asked(
      () => remote.put(collection, key, value, expiresAt),
      () => this.keep(collection, key, value, expiresAt),
    )
    this.options.onChange({ collection, key, value })
  }

  async add(collection: string, key: string, value: string, expiresAt?: number): Promise<boolean> {
    const { local, remote } = this.options
    const isNew = await this.asked(
      async () => {
        const added = await remote.add(collection, key, value, expiresAt)
        if (added) await local.put(collection, key, value, expiresAt)
        return added
      },
      async () => {
        const added = await local.add(collection, key, value, expiresAt)
        if (added) await this.keep(collection, key, value, expiresAt)
        return added
      },
    )
    if (isNew) this.options.onChange({ collection, key, value })
    return isNew
  }

  async remove(collection: string, key: string): Promise<boolean> {
    const { local, remote } = this.options
    const wasHere = await local.remove(collection, key)
    const wasThere = await this.asked(
      () => remote.remove(collection, key),
      async () => {
        await this.keep(collection, key, undefined, undefined)
        return wasHere
      },
    )
    this.options.onChange({ collection, key, value: undefined })
    return wasThere
  }

  private async asked<T>(remotely: () => Promise<T>, locally: () => Promise<T>): Promise<T> {
    if (!this.isSynced || !this.options.link.isUp) return locally()
    try {
      return await remotely()
    } catch (error) {
      if (error instanceof RedisAway) return locally()
      throw error
    }
  }

  private keep(
    collection: string,
    key: string,
    value: string | undefined,
    expiresAt: number | undefined,
  ): Promise<void> {
    const { local, clock } = this.options
    const writtenAt = clock.now()
    local.addPending({
      ...{ collection, key, writtenAt },
      value: value ?? null,
      expiresAt: expiresAt ?? null,
    })
    // Between the last look at the list and this line the synchronisation may have ended.
    if (this.isSynced && this.options.link.isUp) this.syncing = this.sync()
    return Promise.resolve()
  }

  /** Never throws: nobody waits for it. */
  private async heard(change: RecordChange, expiresAt: number | undefined): Promise<void> {
    try {
      await this.take(change, expiresAt)
    } catch (error) {
      // Another gateway's sign-out counts here also when the replica cannot be written.
      this.options.logger.error({ code: errorCode(error) }, 'a change could not be kept')
      const { collection, key, value } = change
      this.options.onChange({ collection, key, value })
    }
  }

  private async take(change: RecordChange, expiresAt: number | undefined): Promise<void> {
    const { local, onChange } = this.options
    const { collection, key, value } = change
    if (value === undefined) await local.remove(collection, key)
    else await local.put(collection, key, value, expiresAt)
    onChange({ collection, key, value })
  }

  /** Never throws: nobody may be waiting for it. */
  private async sync(): Promise<void> {
    try {
      await this.checkKey()
      if (this.isForeign) return
      await this.join()
      await this.replay()
      this.isSynced = true
      await this.readWatched()
    } catch (error) {
      this.isSynced = false
      // Redis went away again; it is tried anew when it is back.
      if (error instanceof RedisAway) return
      this.options.logger.error(
        { code: errorCode(error) },
        'nothing could be exchanged; tried again',
      )
      setTimeout(() => {
        this.syncing = this.sync()
      }, retryMs).unref()
    }
  }

  private async checkKey(): Promise<void> {
    this.isForeign = !(await this.options.remote.hasSameKey())
    if (this.isForeign) this.options.logger.error(foreignKey)
  }

  /**
   * What this gateway knows is brought along, where the others do not know better: when it has been alone until now, and
   * when Redis has lost its memory, which shows by another mark.
   */
  private async join(): Promise<void> {
    const { local, remote, name } = this.options
    await remote.add(joinedCollection, 'mark', randomBytes(9).toString('base64url'))
    const mark = await remote.get(joinedCollection, 'mark')
    if (mark === undefined || (await local.get(joinedCollection, name)) === mark) return
    for (const { collection, key, value, expiresAt } of local.all()) {
      if (collection === joinedCollection) continue
      await remote.add(collection, key, value, expiresAt ?? undefined)
    }
    await local.put(joinedCollection, name, mark)
  }

  private async replay(): Promise<void> {
    const { local } = this.options
    for (;;) {
      const writes = local.pending(pendingBatch)
      if (writes.length === 0) return
      for (const write of writes) {
        await this.replayOne(write)
        local.removePending(write.id)
      }
    }
  }

  /** A later write of another gateway stays. */
  private async replayOne(write: PendingWrite): Promise<void> {
    const { remote } = this.options
    const { collection, key, value, expiresAt, writtenAt } = write
    if (((await remote.read(collection, key))?.writtenAt ?? 0) > writtenAt) return
    if (value === null) await remote.remove(collection, key)
    else await remote.put(collection, key, value, expiresAt ?? undefined)
  }

  private async readWatched(): Promise<void> {
    const { local, remote, watched } = this.options
    for (const collection of watched) {
      for (const { key, value, expiresAt } of await remote.readAll(collection)) {
        if ((await local.get(collection, key)) === value) continue
        await this.heard({ collection, key, value }, expiresAt)
      }
    }
  }
}
