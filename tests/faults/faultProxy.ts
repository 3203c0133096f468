import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { createRequestRecorder } from './requestRecorder'
import { resetSocket } from '../support/resetSocket'

/**
 * What can go wrong with TCP between two programs.
 *
 * - `reset`, `finish`: the connection ends with RST, or with FIN in both directions
 * - `halfOpen`: bytes of both directions are swallowed and nobody is told
 * - `loseAnswer`: the request passes; its answer does not, and the connection is reset
 * - `repeat`: the whole HTTP request is delivered a second time on a connection of its own, before the first answer passes.
 *   A byte stream itself cannot be doubled without breaking it: this is what a proxy or a client that repeats does.
 * - `delay`, `throttle`, `split`: bytes come late, slowly, or in tiny segments
 * - `refuse`: new connections are reset at once
 */
export const faultKinds = [
  'reset',
  'finish',
  'halfOpen',
  'loseAnswer',
  'repeat',
  'delay',
  'throttle',
  'split',
  'refuse',
] as const

export type FaultKind = (typeof faultKinds)[number]

/** `up` is what the connecting side sends, `down` what it gets. */
export type Direction = 'up' | 'down'

/** A fault that waits for its moment on any one connection, and happens once. */
export type Rule = {
  fault: 'reset' | 'finish' | 'halfOpen' | 'loseAnswer' | 'repeat'
  direction: Direction
  /** Bytes of this direction that pass on one connection before it happens. */
  afterBytes?: number
  /** Or: text whose last byte has come. Client websocket frames are masked, so `up` finds HTTP only. */
  pattern?: string
  /** Whether the bytes that met the condition still pass. Always so for `loseAnswer` and `repeat`. */
  passesFirst?: boolean
}

/** What happens to everything until it is changed. */
export type Weather = {
  isRefusing: boolean
  /** New and old connections pass nothing on. */
  isSilent: boolean
  delayMs: number
  /** 0 for no limit. */
  bytesPerSecond: number
  /** Largest piece that is written at once; 0 for no limit. */
  segmentBytes: number
}

const calm: Weather = {
  isRefusing: false,
  isSilent: false,
  delayMs: 0,
  bytesPerSecond: 0,
  segmentBytes: 0,
}

export type FaultProxy = {
  readonly port: number
  readonly url: string
  /** How often each fault has really happened to a connection. */
  readonly counts: Readonly<Record<FaultKind, number>>
  readonly connectionCount: number
  arm(rule: Rule): void
  setWeather(weather: Partial<Weather>): void
  /** Ends every connection now. */
  cut(how: 'reset' | 'finish'): void
  /**
   * Every connection of now, or every websocket, stays open and says nothing any more; new ones work.
   * @param which `all` takes the kept-alive connections of requests too, whose next request then runs into its time-out
   */
  freeze(which?: 'all' | 'websockets'): void
  /** No rule waits, the weather is calm, and connections that swallow bytes are reset: a TCP stack gives them up too. */
  heal(): void
  close(): Promise<void>
}

type Link = {
  client: Socket
  server: Socket
  isFrozen: boolean
  isWebsocket: boolean
  /** The next bytes of the server are lost, and the connection with them. */
  losesAnswer: boolean
  /** Answers wait until a repeated request was answered. */
  holds: Promise<void> | undefined
}

/** @param target port on this machine; asked for each connection when it is a function, so that a server may move */
export async function createFaultProxy(target: number | (() => number)): Promise<FaultProxy> {
  const counts = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<
    FaultKind,
    number
  >
  const links = new Set<Link>()
  let rules: Rule[] = []
  let weather = calm
  const targetPort = typeof target === 'function' ? target : () => target

  function end(link: Link, how: 'reset' | 'finish'): void {
    links.delete(link)
    for (const socket of [link.client, link.server]) {
      if (how === 'reset') resetSocket(socket)
      else socket.end()
    }
  }

  function strike(link: Link, rule: Rule, request: Buffer): void {
    counts[rule.fault] += 1
    if (rule.fault === 'halfOpen') link.isFrozen = true
    else if (rule.fault === 'loseAnswer') link.losesAnswer = true
    else if (rule.fault === 'repeat') link.holds = deliverAgain(targetPort(), request)
    else end(link, rule.fault)
  }

  function takeRule(isMet: (rule: Rule) => boolean): Rule | undefined {
    const found = rules.find(isMet)
    rules = rules.filter((rule) => rule !== found)
    return found
  }

  function pipe(link: Link, direction: Direction): void {
    const [from, to] = direction === 'up' ? [link.client, link.server] : [link.server, link.client]
    const requests = createRequestRecorder()
    let passed = 0
    let tail = ''
    let queue: Promise<void> = Promise.resolve()
    const forward = (bytes: Buffer): void => {
      const { holds } = link
      queue = queue.then(() => holds).then(() => write(link, to, bytes))
    }
    from.on('data', (bytes: Buffer) => {
      if (link.isFrozen) return
      if (weather.isSilent) {
        counts.halfOpen += 1
        link.isFrozen = true
        return
      }
      if (direction === 'down' && link.losesAnswer) {
        end(link, 'reset')
        return
      }
      if (direction === 'up' && passed === 0)
        link.isWebsocket = /upgrade: websocket/i.test(String(bytes))
      passed += bytes.length
      tail = tail.slice(-200) + bytes.toString('latin1')
      const whole = direction === 'up' ? requests.add(bytes) : undefined
      const rule = takeRule((one) => {
        if (one.direction !== direction) return false
        if (one.fault === 'repeat')
          return whole !== undefined && whole.includes(one.pattern ?? '', 0, 'latin1')
        if (one.pattern !== undefined) return tail.includes(one.pattern)
        return passed >= (one.afterBytes ?? 0)
      })
      // A pattern is met once by the same bytes.
      if (rule?.pattern !== undefined) tail = ''
      if (!rule) {
        forward(bytes)
        return
      }
      const mustPass = rule.fault === 'loseAnswer' || rule.fault === 'repeat' || rule.passesFirst
      if (mustPass) forward(bytes)
      if (mustPass && (rule.fault === 'reset' || rule.fault === 'finish')) {
        queue = queue.then(() => strike(link, rule, bytes))
      } else strike(link, rule, whole ?? bytes)
    })
    from.on('end', () => {
      if (link.isFrozen) return
      queue = queue.then(() => void to.end())
    })
  }

  /** In the present weather; resolves when the other side may get the next bytes. */
  async function write(link: Link, to: Socket, bytes: Buffer): Promise<void> {
    const { delayMs, bytesPerSecond, segmentBytes } = weather
    if (delayMs > 0) counts.delay += 1
    if (bytesPerSecond > 0) counts.throttle += 1
    if (segmentBytes > 0) counts.split += 1
    if (delayMs > 0) await pause(delayMs)
    const size = segmentBytes > 0 ? segmentBytes : bytesPerSecond > 0 ? 512 : bytes.length
    for (let at = 0; at < bytes.length; at += size) {
      const part = bytes.subarray(at, at + size)
      // What is slow arrives when its last byte does.
      if (bytesPerSecond > 0) await pause((part.length / bytesPerSecond) * 1_000)
      else if (segmentBytes > 0) await turn()
      if (to.destroyed || link.isFrozen) return
      to.write(part)
    }
  }

  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on('error', () => undefined)
    if (weather.isRefusing) {
      counts.refuse += 1
      resetSocket(client)
      return
    }
    const upstream = connect({ port: targetPort(), host: '127.0.0.1', allowHalfOpen: true })
    upstream.setNoDelay(true)
    const link: Link = {
      ...{ client, server: upstream },
      ...{ isFrozen: false, isWebsocket: false, losesAnswer: false, holds: undefined },
    }
    links.add(link)
    pipe(link, 'up')
    pipe(link, 'down')
    for (const socket of [client, upstream]) {
      const other = socket === client ? upstream : client
      socket.on('error', () => {
        // Of a frozen connection nobody hears anything.
        if (!link.isFrozen) resetSocket(other)
      })
      socket.on('close', () => {
        if (link.isFrozen) return
        links.delete(link)
        if (!other.destroyed) other.end()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  const cut = (how: 'reset' | 'finish'): void => {
    for (const link of [...links]) {
      counts[how] += 1
      end(link, how)
    }
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    counts,
    get connectionCount() {
      return links.size
    },
    arm: (rule) => rules.push(rule),
    setWeather(changes) {
      weather = { ...weather, ...changes }
    },
    cut,
    freeze(which = 'all') {
      for (const link of links) {
        if (which === 'websockets' && !link.isWebsocket) continue
        if (!link.isFrozen) counts.halfOpen += 1
        link.isFrozen = true
      }
    },
    heal() {
      rules = []
      weather = calm
      for (const link of [...links]) if (link.isFrozen) end(link, 'reset')
    },
    close() {
      for (const link of [...links]) end(link, 'reset')
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Resolves when the second delivery was answered, or could not be. */
function deliverAgain(port: number, request: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const again = connect({ port, host: '127.0.0.1' }, () => again.write(request))
    const done = (): void => {
      again.destroy()
      resolve()
    }
    again.once('data', done)
    again.once('close', done)
    again.on('error', done)
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** The kernel may send what was written before the next piece comes. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
