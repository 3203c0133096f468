import type { Disposer } from '../../../src/platform/types'
import { Socket } from '../../../src/realtime/socket'
import type { SocketEvents, SocketOptions } from '../../../src/realtime/socketOptions'

/** A socket whose frames are offered to somebody before its listeners hear of them. */
export class EventSocket extends Socket {
  private readonly take: (text: string) => boolean

  /** @param take gets every frame; its listeners do not get those for which it answers true. */
  constructor(options: SocketOptions, take: (text: string) => boolean) {
    super(options)
    this.take = take
  }

  override $on<Name extends keyof SocketEvents>(
    name: Name,
    listener: (...args: SocketEvents[Name]) => void,
  ): Disposer {
    if (name !== 'message') return super.$on(name, listener)
    return super.$on(name, (...args) => {
      const [text] = args
      if (typeof text !== 'string' || !this.take(text)) listener(...args)
    })
  }
}
