import { Redis } from 'ioredis'
import type { Logger } from 'pino'

const connectTimeoutMs = 2_000
const commandTimeoutMs = 1_000
const firstWaitMs = 2_000
const probeIntervalMs = 1_000
const longestPauseMs = 2_000
const probeLifetimeMs = 60_000

/** Redis does not answer now; what was asked may or may not have happened. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway'
}

/** The connection to Redis, which may go away and come back at any time. */
export type RedisLink = {
  readonly isUp: boolean
  /** @throws {RedisAway} at once while it is away, after a second when it does not answer. */
  run<T>(work: (redis: Redis) => Promise<T>): Promise<T>
  /** Messages of a channel, from this process too; those sent while Redis was away are not repeated. */
  onMessage(listener: (message: string) => void): void
  /** Told whenever Redis has become reachable, and once at the beginning if it is. */
  onUp(listener: () => void): void
  /** When the first attempt has ended, successful or not; never throws. */
  started(): Promise<void>
  close(): void
}

/**
 * @param url `redis://` or `rediss://`; it may hold a password and is never written anywhere.
 * @param channel what `onMessage` listens to.
 */
export function createRedisLink(url: string, channel: string, logger: Logger): RedisLink {
  return new Link(url, channel, logger)
}

class Link implements RedisLink {
  private readonly commands: Redis
  private readonly listening: Redis
  private readonly channel: string
  private readonly logger: Logger
  private readonly messageListeners: ((message: string) => void)[] = []
  private readonly upListeners: (() => void)[] = []
  private readonly begun: Promise<void>
  private readonly probing: NodeJS.Timeout
  private isListening = false
  private isAnswering = false
  private wasUp: boolean | undefined
  private isClosed = false
  /** Until then nothing is told: connecting is no outage. */
  private hasBegun = false

  constructor(url: string, channel: string, logger: Logger) {
    this.channel = channel
    this.logger = logger
    const options = {
      lazyConnect: true,
      connectTimeout: connectTimeoutMs,
      commandTimeout: commandTimeoutMs,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResubscribe: false,
      retryStrategy: (attempt: number) => Math.min(attempt * 100, longestPauseMs),
    }
    this.commands = new Redis(url, options)
    this.listening = new Redis(url, options)
    for (const connection of [this.commands, this.listening]) {
      // Told as "away" below; an error's text can name the address, and the address can hold a password.
      connection.on('error', () => undefined)
      connection.on('close', () => this.lost(connection))
    }
    this.commands.on('ready', () => void this.probe())
    this.listening.on('ready', () => void this.listen())
    this.listening.on('message', (_channel, message) => {
      for (const listener of this.messageListeners) listener(message)
    })
    this.begun = this.begin()
    this.probing = setInterval(() => void this.probe(), probeIntervalMs)
    this.probing.unref()
  }

  get isUp(): boolean {
    return this.isAnswering && this.isListening && !this.isClosed
  }

  async run<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    if (!this.isUp) throw new RedisAway('Redis is away.')
    try {
      return await work(this.commands)
    } catch (error) {
      this.isAnswering = false
      this.tell()
      throw new RedisAway(error instanceof Error ? error.name : 'Redis did not answer.')
    }
  }

  onMessage(listener: (message: string) => void): void {
    this.messageListeners.push(listener)
  }

  onUp(listener: () => void): void {
    this.upListeners.push(listener)
    if (this.isUp) listener()
  }

  started(): Promise<void> {
    return this.begun
  }

  close(): void {
    this.isClosed = true
    clearInterval(this.probing)
    this.commands.disconnect()
    this.listening.disconnect()
  }

  private async begin(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const isLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, firstWaitMs)
    })
    const isThere = new Promise<void>((resolve) => this.upListeners.push(resolve))
    for (const connection of [this.commands, this.listening]) {
      connection.connect().catch(() => undefined)
    }
    await Promise.race([isThere, isLate])
    clearTimeout(timer)
    this.hasBegun = true
    this.tell()
  }

  private lost(connection: Redis): void {
    if (connection === this.commands) this.isAnswering = false
    else this.isListening = false
    this.tell()
  }

  private async listen(): Promise<void> {
    try {
      await this.listening.subscribe(this.channel)
      this.isListening = true
      this.tell()
    } catch {
      this.listening.disconnect(true)
    }
  }

  /** Also when all seems well: a Redis that hangs keeps its connections. */
  private async probe(): Promise<void> {
    if (this.isClosed || this.commands.status !== 'ready') return
    try {
      // A write: a replica, or a Redis without memory, answers pings as well.
      await this.commands.set(`${this.channel}:probe`, '1', 'PX', probeLifetimeMs)
      this.isAnswering = true
    } catch {
      this.isAnswering = false
    }
    this.tell()
  }

  private tell(): void {
    const { isUp } = this
    if (this.isClosed || this.wasUp === isUp || (!isUp && !this.hasBegun)) return
    if (!isUp) this.logger.warn('Redis is away: this gateway goes on with what it knows itself')
    else if (this.wasUp === false) this.logger.warn('Redis is back')
    this.wasUp = isUp
    if (isUp) for (const listener of this.upListeners) listener()
  }
}
