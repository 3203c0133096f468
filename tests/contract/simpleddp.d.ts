/** The part of simpleddp that the test uses; the package has no types of its own. */
declare module 'simpleddp' {
  type Subscription = { ready(): Promise<void>; stop(): Promise<void> }
  type Collection = { fetch(): Record<string, unknown>[] }

  export default class SimpleDdp {
    constructor(options: {
      endpoint: string
      SocketConstructor: unknown
      reconnectInterval: number
    })
    connected: boolean
    connect(): Promise<void>
    disconnect(): Promise<void>
    call(method: string, ...params: unknown[]): Promise<unknown>
    subscribe(name: string, ...params: unknown[]): Subscription
    collection(name: string): Collection
    on(event: string, listener: (frame: Record<string, unknown>) => void): { stop(): void }
  }
}
