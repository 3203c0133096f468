import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { WebSocketServer } from 'ws'
import type { Clock as TimerClock, TimerHandle } from '../../../src/platform/types'
import { hubSubprotocol } from '../../../src/realtime/hubWire'
import type { Caller, IdentityProvider } from '../identity/identityProvider'
import { ImError } from '../imError'
import { createEndedCallers } from './endedCallers'
import type { HubApplication } from './hubApplication'
import { createHubMethods } from './hubMethods'
import { createHubPeer, type HubPeer } from './hubPeer'
import { HubSocket } from './hubSocket'
import {
  createNegotiations,
  negotiationLifetimeMs,
  type Negotiation,
  type Negotiations,
} from './negotiations'
import {
  bearerOfUpgrade,
  queryOf,
  refuseHubClient,
  refuseUpgrade,
  type UpgradeRefusal,
} from './upgradeAnswers'

const maxFrameBytes = 4 * 1024 * 1024
const maxSocketsPerUser = 10
export const maxNegotiationsPerUser = 10
const checkIntervalMs = 1_000
/** So many clients a second are asked to leave at least: a small gateway stops at once. */
const clientsPerSecond = 100
/** How long clients get to answer the close message when the server stops. */
const drainMs = 1_000
/** A timer for each client would be finer than any timer is. */
const longestStepMs = 20

export type HubOptions = {
  identity: IdentityProvider
  isAllowedOrigin(origin: string | undefined, host: string | undefined): boolean
  /** The real client's address. */
  addressOf(request: IncomingMessage): string
  application: HubApplication
  /** Those of other gateways too, where there are any. */
  negotiations?: Negotiations
  /** Over how long clients are asked to come back elsewhere at the end; all at once when left out. */
  spreadMs?: number
  clock: TimerClock
  logger: Logger
}

export type Hub = {
  negotiate(caller: Caller): Promise<Negotiation>
  isAllowedOrigin(origin: string | undefined, host: string | undefined): boolean
  /** Handles the server's `upgrade` event for the hub's path. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes the connections of one business sign-in for good. */
  endSession(sessionId: string): void
  /** Closes the connections of one business user for good. */
  endUser(userId: string): void
  /** Asks every client to come back elsewhere, and ends. */
  close(): Promise<void>
  /** Websockets that are accepted now. */
  readonly connectionCount: number
}

/**
 * The server side of SignalR's hub protocol, as much of it as this gateway needs: negotiation version 1, websockets,
 * JSON (gateway reference 1.2). No other transport, no streams, no stateful reconnects.
 */
export function createHub(options: HubOptions): Hub {
  return new HubServer(options)
}

class HubServer implements Hub {
  private readonly options: HubOptions
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    WebSocket: HubSocket,
    // The other one that is offered is the token, which is not to be repeated.
    handleProtocols: (offered) => (offered.has(hubSubprotocol) ? hubSubprotocol : false),
  })
  private readonly negotiations: Negotiations
  private readonly methods
  /** Until the socket is gone, which is later than the application's `disconnected`. */
  private readonly peers = new Set<HubPeer>()
  private readonly accepted = new Map<string, Set<HubPeer>>()
  private readonly ready = new Set<HubPeer>()
  private readonly ended = createEndedCallers()
  private checking: TimerHandle
  private isClosing = false

  constructor(options: HubOptions) {
    this.options = options
    this.negotiations = options.negotiations ?? createNegotiations(maxNegotiationsPerUser)
    this.methods = createHubMethods(options.application.methods, options.logger)
  }

  get connectionCount(): number {
    let count = 0
    for (const peers of this.accepted.values()) count += peers.size
    return count
  }

  isAllowedOrigin(origin: string | undefined, host: string | undefined): boolean {
    return this.options.isAllowedOrigin(origin, host)
  }

  negotiate(caller: Caller): Promise<Negotiation> {
    this.startChecking()
    return this.negotiations.create(caller, this.options.clock.now())
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // An error is followed by close; there is nobody to tell.
    socket.on('error', () => socket.destroy())
    const { origin, host, upgrade } = request.headers
    if (upgrade?.toLowerCase() !== 'websocket') refuseUpgrade(socket, 400)
    else if (!this.options.isAllowedOrigin(origin, host)) refuseUpgrade(socket, 403)
    else void this.admit(request, socket, head)
  }

  endSession(sessionId: string): void {
    this.ended.endSession(sessionId, this.options.clock.now())
    this.startChecking()
    for (const peer of this.peers) {
      if (peer.caller.sessionId === sessionId) peer.close('session_revoked', false)
    }
  }

  endUser(userId: string): void {
    this.ended.endUser(userId, this.options.clock.now())
    this.startChecking()
    for (const peer of this.peers) {
      if (peer.caller.userId === userId) peer.close('session_revoked', false)
    }
  }

  async close(): Promise<void> {
    const { clock } = this.options
    this.isClosing = true
    clock.clearTimeout(this.checking)
    await this.sendAway()
    const left = [...this.sockets.clients].map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    )
    let timer: TimerHandle
    const isLate = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, drainMs)
    })
    await Promise.race([Promise.all(left), isLate])
    clock.clearTimeout(timer)
    for (const peer of this.peers) peer.terminate()
    this.sockets.close()
  }

  /** Not all in the same moment: they come to another gateway, which signs each of them in to the chat server. */
  private async sendAway(): Promise<void> {
    const { clock, spreadMs = 0 } = this.options
    const peers = [...this.peers]
    const wholeMs = Math.min(spreadMs, (peers.length / clientsPerSecond) * 1000)
    const stepMs = wholeMs / Math.max(peers.length, 1)
    let dueMs = 0
    for (const peer of peers) {
      peer.close(undefined, true)
      dueMs += stepMs
      if (dueMs < longestStepMs) continue
      const pauseMs = dueMs
      dueMs = 0
      await new Promise<void>((resolve) => clock.setTimeout(resolve, pauseMs))
    }
  }

  private async admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { identity, logger } = this.options
    const refuse = (status: UpgradeRefusal): void =>
      refuseHubClient(this.sockets, status, request, socket, head)
    const startedAt = this.options.clock.now()
    const query = queryOf(request.url)
    if (query.has('access_token')) {
      refuse(401)
      return
    }
    const bearer = bearerOfUpgrade(request)
    const token = query.get('id')
    // Who negotiated was looked at then.
    const knownAt = token === null ? startedAt : startedAt - negotiationLifetimeMs
    let caller: Caller
    let id: string | undefined
    try {
      const negotiated = bearer === undefined ? await this.negotiatedBy(token) : undefined
      caller = negotiated ?? (await identity.verify(bearer))
      id = await this.idOf(caller, token)
    } catch (error) {
      const isRefused = error instanceof ImError && error.code === 'not-signed-in'
      if (!isRefused) logger.warn('a business token could not be verified')
      refuse(isRefused ? 401 : 503)
      return
    }
    if (this.isClosing) refuseUpgrade(socket, 503)
    else if (this.ended.has(caller, knownAt)) refuse(401)
    else if (this.socketsOf(caller) >= maxSocketsPerUser) refuse(429)
    else if (id === undefined) refuseUpgrade(socket, 404)
    else this.accept({ caller, id }, request, socket, head)
  }

  private async negotiatedBy(token: string | null): Promise<Caller | undefined> {
    return token === null ? undefined : this.negotiations.callerOf(token, this.options.clock.now())
  }

  /** Uses a negotiation up; a connection without one gets a name of its own. */
  private async idOf({ userId }: Caller, token: string | null): Promise<string | undefined> {
    if (token === null) return randomBytes(16).toString('base64url')
    return this.negotiations.take(token, userId, this.options.clock.now())
  }

  private accept(
    { caller, id }: { caller: Caller; id: string },
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    const { clock, addressOf } = this.options
    const address = addressOf(request)
    this.sockets.handleUpgrade(request, socket, head, (websocket) => {
      const peer = createHubPeer({
        socket: websocket,
        id,
        caller,
        address,
        clock,
        onReady: (opened) => this.opened(opened),
        onInvocation: (invoker, invocation) => this.methods.invoke(invoker, invocation),
        onClosed: (closed, reason) => this.closed(closed, reason),
      })
      this.add(peer)
      websocket.once('close', () => this.peers.delete(peer))
    })
  }

  private add(peer: HubPeer): void {
    const { userId } = peer.caller
    const peers = this.accepted.get(userId) ?? new Set()
    this.accepted.set(userId, peers.add(peer))
    this.peers.add(peer)
    this.startChecking()
  }

  private opened(peer: HubPeer): void {
    this.options.logger.info({ connection: peer.id, businessUserId: peer.caller.userId }, 'hub: on')
    this.ready.add(peer)
    this.options.application.connected(peer)
  }

  private closed(peer: HubPeer, reason: string): void {
    const { userId } = peer.caller
    const peers = this.accepted.get(userId)
    peers?.delete(peer)
    if (peers?.size === 0) this.accepted.delete(userId)
    this.options.logger.info({ connection: peer.id, businessUserId: userId, reason }, 'hub: off')
    if (this.ready.delete(peer)) this.options.application.disconnected(peer)
  }

  private socketsOf({ userId }: Caller): number {
    return this.accepted.get(userId)?.size ?? 0
  }

  /** One timer for all connections: a timer for each would cost more memory than all their states. */
  private startChecking(): void {
    if (this.checking !== undefined || this.isClosing) return
    this.checking = this.options.clock.setTimeout(() => {
      this.checking = undefined
      this.check(this.options.clock.now())
    }, checkIntervalMs)
  }

  private check(now: number): void {
    this.negotiations.removeExpired(now)
    this.ended.removeExpired(now)
    for (const peer of this.peers) peer.check(now)
    const kept = [this.peers, this.negotiations, this.ended]
    if (kept.some(({ size }) => size > 0)) this.startChecking()
  }
}
