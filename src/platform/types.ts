/**
 * What the rest of the client may know of the platform it runs on. The implementations beside this file are the only
 * code that names `uni`, `wx`, `plus`, `window` or UNI_PLATFORM; everything else gets these passed in, so that tests
 * run with a fake clock and fake sockets.
 */

export type TimerHandle = unknown

/** Time, timers and randomness. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  setTimeout(callback: () => void, delayMs: number): TimerHandle
  clearTimeout(handle: TimerHandle): void
  /** A number in [0, 1). */
  random(): number
}

/** Removes what the call that returned it has added. Calling it twice does nothing. */
export type Disposer = () => void

export type SocketHandlers = {
  onOpen(): void
  /** One text frame. Binary frames are not part of either protocol and are dropped by the platform. */
  onMessage(text: string): void
  /** May never come on some platforms (an App socket that errors is only told by onError). */
  onClose(code: number, reason: string): void
  onError(reason: string): void
}

/** One socket attempt. Neither method throws. */
export interface PlatformSocket {
  send(text: string): void
  close(code?: number, reason?: string): void
}

/**
 * Opens one websocket. Never throws: a refused address is told by `onError`.
 * @param protocols subprotocols to offer; the server has to confirm one of them
 */
export type OpenSocket = (
  url: string,
  handlers: SocketHandlers,
  protocols?: readonly string[],
) => PlatformSocket

/** Small synchronous storage (uni.setStorageSync). Values are JSON. */
export interface KeyValueStorage {
  get(key: string): unknown
  /** @throws {StorageError} when the platform refuses (quota, private mode). */
  set(key: string, value: unknown): void
  remove(key: string): void
}

export class StorageError extends Error {
  override readonly name = 'StorageError'
}

/** The App or page going to the background and coming back. */
export interface Lifecycle {
  onForeground(listener: () => void): Disposer
  onBackground(listener: () => void): Disposer
}

export interface Network {
  /** Called when the connection type changes, and at the start when there is none: then `isOnline` is false. */
  onChange(listener: (isOnline: boolean) => void): Disposer
}
