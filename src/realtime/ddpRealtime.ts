import type { Clock, Disposer, Lifecycle, Network, OpenSocket } from '../platform/types'
import { createDdpClient, ddpPing, type DdpClient } from './ddpClient'
import { createPresenceWatch } from './presenceWatch'
import type { Realtime, RoomHandle } from './realtime'
import { Socket } from './socket'
import type { SocketOptions } from './socketOptions'
import { createTypingSender } from './typingSender'
import { presenceStream, roomEvents, userEvents } from './streamEvents'

export type DdpRealtimeOptions = {
  /** Absolute `ws(s)://` address of Rocket.Chat's `/websocket`. */
  url: string
  /** Rocket.Chat user id of the own user. */
  userId: string
  /** The own username; the server drops typing told under any other (protocol reference 2.8). */
  username: string
  /** The chat token of now; asked for at every login. */
  token: () => string
  openSocket: OpenSocket
  clock: Clock
  lifecycle?: Lifecycle | undefined
  network?: Network | undefined
  /** Other settings of the socket; its defaults are meant for phones. */
  socket?: Partial<Pick<SocketOptions, TunableOption>>
}

type TunableOption =
  | 'reconnectDelay'
  | 'reconnectDelayMax'
  | 'connectTimeout'
  | 'heartbeatInterval'
  | 'heartbeatTimeout'
  | 'backgroundGrace'

/** Front-end authentication: DDP straight to Rocket.Chat (protocol reference 2.2, 2.9). */
export function createDdpRealtime(options: DdpRealtimeOptions): Realtime {
  const { userId, username, token, clock, lifecycle } = options
  const client = createDdpClient({ socket: createSocket(options), clock, token })
  for (const event of userEvents) client.subscribe('stream-notify-user', `${userId}/${event}`)
  let stopPresence: Disposer | undefined

  const typing = createTypingSender(clock, (roomId, isTyping, threadId) => {
    const activities = isTyping ? ['user-typing'] : []
    const extra = threadId === '' ? {} : { tmid: threadId }
    tell(client, 'stream-notify-room', `${roomId}/user-activity`, username, activities, extra)
  })
  const presence = createPresenceWatch({
    clock,
    send: (_userIds, change) => client.subscribeOnce(presenceStream, '', change),
  })
  client.onState((state) => {
    typing.reset()
    if (state === 'live') presence.start()
    else presence.stop()
  })

  return {
    open() {
      if (lifecycle !== undefined) stopPresence ??= followPresence(client, lifecycle)
      client.open()
    },
    close() {
      stopPresence?.()
      stopPresence = undefined
      client.close()
    },
    get state() {
      return client.state
    },
    get generation() {
      return client.generation
    },
    onState: (listener) => client.onState(listener),
    onFrame: (listener) => client.onFrame(listener),
    openRoom: (roomId) => openRoom(client, roomId),
    sendTyping(roomId, isTyping, threadId = '') {
      if (client.state === 'live') typing.update(roomId, isTyping, threadId)
    },
    watchPresence: (userIds) => presence.want(userIds),
    checkNow: () => client.checkNow(),
  }
}

function createSocket(options: DdpRealtimeOptions): Socket {
  const { url, openSocket, clock, lifecycle, network, socket = {} } = options
  return new Socket({
    ...socket,
    server: url,
    openSocket,
    clock,
    lifecycle,
    network,
    ping: () => ddpPing,
  })
}

function openRoom(client: DdpClient, roomId: string): RoomHandle {
  const handles = [client.subscribe('stream-room-messages', roomId)]
  for (const event of roomEvents) {
    handles.push(client.subscribe('stream-notify-room', `${roomId}/${event}`))
  }
  const ready = Promise.all(handles.map((handle) => handle.ready)).then(() => undefined)
  ready.catch(() => undefined)
  return {
    ready,
    dispose: () => {
      for (const handle of handles) handle.dispose()
    },
  }
}

/**
 * A phone is away while its App is in the background, so that pushes are not held back (protocol reference 5.14). A new
 * connection counts as online by itself.
 */
function followPresence(client: DdpClient, lifecycle: Lifecycle): Disposer {
  let isAway = false
  const disposers = [
    lifecycle.onBackground(() => {
      isAway = true
      if (client.state === 'live') tell(client, 'UserPresence:away')
    }),
    lifecycle.onForeground(() => {
      const wasAway = isAway
      isAway = false
      if (wasAway && client.state === 'live') tell(client, 'UserPresence:online')
    }),
    client.onState((state) => {
      if (state === 'live' && isAway) tell(client, 'UserPresence:away')
    }),
  ]
  return () => {
    for (const dispose of disposers) dispose()
  }
}

/** Calls a method whose failure changes nothing: the next connection or the next key stroke says it again. */
function tell(client: DdpClient, method: string, ...params: readonly unknown[]): void {
  client.call(method, ...params).catch(() => undefined)
}
