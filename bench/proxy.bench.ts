import { Pool } from 'undici'
import { defineBench } from './lib/bench'
import { callsPerSecond, openPeople, openRest, type Person } from './lib/chatLoad'
import { startEmbeddedProcess, type EmbeddedProcess } from './lib/embeddedProcess'
import { startGatewayProcess, type GatewayProcess } from './lib/gatewayProcess'
import { authenticate } from './lib/hubLoad'
import { percentile } from './lib/stats'

const width = 16
const spanMs = 3000
/** A new process is slow until its code has been compiled. */
const warmUpMs = 3000

type State = {
  chat: EmbeddedProcess
  gateway: GatewayProcess
  pools: { direct: Pool; proxied: Pool }
  person: Person
  bearer: string
}

const setUp = async (): Promise<State> => {
  const sizes = ['--users', '20', '--rooms', '10', '--messages', '5000', '--seed', '7']
  const chat = await startEmbeddedProcess({ generate: sizes })
  const gateway = await startGatewayProcess(chat, { way: 'signalr' })
  const rest = openRest(chat.url, 2)
  const { as } = await openPeople(rest, chat)
  const { token, uid } = await authenticate(gateway, 'u7-0')
  const person = await as(uid)
  await rest.close()
  const connections = { connections: width }
  const pools = {
    direct: new Pool(chat.url, connections),
    proxied: new Pool(gateway.url, connections),
  }
  const state = { chat, gateway, pools, person, bearer: token }
  for (const way of ['direct', 'proxied'] as const) await measureWay(state, way, 'me', warmUpMs)
  return state
}

type Way = keyof State['pools']

const measureWay = async (state: State, way: Way, path: string, forMs = spanMs) => {
  const { pools, person, bearer, chat, gateway } = state
  const headers: Record<string, string> =
    way === 'direct'
      ? { 'x-user-id': person.uid, 'x-auth-token': person.token }
      : { authorization: `Bearer ${bearer}` }
  const delays: number[] = []
  const busyBefore = way === 'direct' ? chat.busyMs() : gateway.busyMs()
  const rate = await callsPerSecond(width, forMs, async () => {
    const started = performance.now()
    const answer = await pools[way].request({ method: 'GET', path: `/api/v1/${path}`, headers })
    const text = await answer.body.text()
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text}`)
    delays.push(performance.now() - started)
  })
  const busy = (way === 'direct' ? chat.busyMs() : gateway.busyMs()) - busyBefore
  return { rate, p50: percentile(delays, 0.5), work: busy / delays.length }
}

const measure = async (state: State, run: number): Promise<Record<string, number>> => {
  const order: Way[] = run % 2 === 0 ? ['direct', 'proxied'] : ['proxied', 'direct']
  const found: Record<string, number> = {}
  for (const way of order) {
    const small = await measureWay(state, way, 'me')
    const large = await measureWay(state, way, 'subscriptions.get')
    Object.assign(found, {
      [`${way}Me`]: small.rate,
      [`${way}MeP50`]: small.p50,
      [`${way}MeWork`]: small.work,
      [`${way}List`]: large.rate,
    })
  }
  return found
}

const rate = { unit: 'requests/s', better: 'higher' } as const
const ms = { unit: 'ms', better: 'lower' } as const
const direct = { subject: 'straight to the chat server' }

export const bench = defineBench<State>({
  name: 'proxy',
  title: `Gateway: proxied requests, ${width} at a time, with a business token only`,
  metrics: {
    proxiedMe: { ...rate, label: 'me', target: 1500 },
    directMe: { ...rate, ...direct, label: 'me' },
    proxiedMeP50: { ...ms, label: 'me, p50' },
    directMeP50: { ...ms, ...direct, label: 'me, p50' },
    proxiedMeWork: { ...ms, label: 'processor time of the gateway for one me' },
    directMeWork: { ...ms, subject: 'the chat server', label: 'processor time for one me' },
    proxiedList: { ...rate, label: 'subscriptions.get' },
    directList: { ...rate, ...direct, label: 'subscriptions.get' },
  },
  setUp,
  measure,
  tearDown: async ({ chat, gateway, pools }) => {
    await Promise.all([pools.direct.close(), pools.proxied.close()])
    await gateway.close()
    await chat.close()
  },
})
