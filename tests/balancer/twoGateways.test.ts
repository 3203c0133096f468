import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr'
import { eventually } from '../browser/eventually'
import { ways } from '../e2e/server'
import { createClientCore, type ClientCore } from '../support/clientCore'
import { startWorld, type World } from './support/gateways'
import { describeWithRedis } from './support/redis'

// The core of the client, stores included, against two gateways (processes), one Redis and one chat server.

const patienceMs = 30_000

let world: World

/** What the open room shows, oldest first; in front of it what is the matter with a message that is not sent. */
const textsOf = ({ rows }: ClientCore) => rows().map(({ state, text }) => `${state}${text}`)

const until = (what: string, isTrue: () => boolean) =>
  eventually(() => {
    if (!isTrue()) throw new Error(`Not in time: ${what}`)
  }, patienceMs)

/** Signed in, with the conversation of alice and bob open. */
async function inConversation(url: string, name: 'alice' | 'bob'): Promise<ClientCore> {
  const client = createClientCore({ url })
  await client.session.signIn(name, `${name}-demo`)
  client.feed.start()
  client.chat.setListVisible(true)
  await until('the list is there', () => client.chat.listState === 'ready')
  const other = name === 'alice' ? 'Bob Martin' : 'Alice'
  const room = client.chat.channels.find(({ title }) => title.startsWith(other))
  client.chat.openChannel(room!.id)
  client.chat.setRoomVisible(true)
  await until('the history is there', () => client.chat.chunks.length > 0)
  await until('it is live', () => client.feed.lineState === 'live')
  return client
}

async function post<T>(url: string, path: string, body: object, bearer?: string): Promise<T> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(response.status).toBe(200)
  return ((await response.json()) as { result: T }).result
}

async function signInAt(url: string, name: string): Promise<string> {
  const account = { userNameOrEmailAddress: name, password: `${name}-demo` }
  const path = '/api/TokenAuth/Authenticate'
  return (await post<{ accessToken: string }>(url, path, account)).accessToken
}

/** Sends while something happens to a gateway; afterwards both have everything once and in order of each sender. */
async function chatWhile(
  clients: readonly ClientCore[],
  label: string,
  event: () => Promise<unknown>,
) {
  const rounds = 20
  const sent = clients.map((_client, who) =>
    Array.from({ length: rounds }, (_round, at) => `${label} ${who}-${at}`),
  )
  let happening: Promise<unknown> = Promise.resolve()
  for (let at = 0; at < rounds; at += 1) {
    clients.forEach(({ chat }, who) => chat.send(sent[who]![at]!))
    if (at === 5) happening = event()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await happening
  for (const client of clients) {
    await until('all is sent', () => client.outbox.unsentCount === 0)
    await until('all has come', () => sent.flat().every((text) => textsOf(client).includes(text)))
    for (const own of sent) {
      expect(textsOf(client).filter((text) => own.includes(text))).toEqual(own)
    }
  }
}

async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}

describeWithRedis('two gateways behind a plain balancer', () => {
  describe.each(ways)('over %s:', (way) => {
    beforeAll(async () => {
      world = await startWorld(way)
    }, 90_000)
    afterAll(() => world.close(), 30_000)

    test('200 parallel first requests over both cause one login', async () => {
      const [one, two] = world.gateways
      const bearer = await signInAt(one!.url, 'xiaoming')
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_request, at) => {
          const { url } = at % 2 ? one! : two!
          return post<object>(url, '/api/services/app/Im/Authenticate', {}, bearer)
        }),
      )
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      const { userId } = answers[0] as { userId: string }
      expect(world.tokensOf(userId)).toBe(1)
    }, 60_000)

    test('people on different gateways chat', async () => {
      const [one, two] = world.gateways
      const alice = await inConversation(one!.url, 'alice')
      const bob = await inConversation(two!.url, 'bob')
      await chatWhile([alice, bob], 'apart', () => Promise.resolve())
      await Promise.all([alice.session.signOut(), bob.session.signOut()])
    }, 60_000)

    if (way === 'signalr') {
      test('signing out on one gateway ends the hub connections on the other', async () => {
        const [one, two] = world.gateways
        const bearer = await signInAt(one!.url, 'carlos')
        const hub = new HubConnectionBuilder()
          // Negotiated at one gateway, opened at whichever the balancer chooses.
          .withUrl(`${world.balancer.url}/signalr`, {
            transport: HttpTransportType.WebSockets,
            accessTokenFactory: () => bearer,
          })
          .configureLogging(LogLevel.None)
          .build()
        const closed = new Promise((resolve) => hub.onclose(resolve))
        await hub.start()
        const isAtOne = (await metricOf(one!.url, 'im_hub_connections')) > 0
        const other = isAtOne ? two! : one!
        expect(await metricOf(other.url, 'im_hub_connections')).toBe(0)
        await post(other.url, '/api/services/app/Im/Logout', {}, bearer)
        expect(String(await closed)).toContain('session_revoked')
      }, 30_000)
    }

    test('a gateway that is told to stop under load loses and doubles nothing', async () => {
      const clients = [
        await inConversation(world.balancer.url, 'alice'),
        await inConversation(world.balancer.url, 'bob'),
      ]
      const [first] = world.gateways
      await chatWhile(clients, 'stopping', async () => {
        expect(await first!.end('SIGTERM')).toBe(0)
      })
      expect(clients.map(({ session }) => session.status)).toEqual(['signedIn', 'signedIn'])
      await first!.restart()
      await Promise.all(clients.map(({ session }) => session.signOut()))
    }, 120_000)

    test('a gateway that is killed loses nothing, and nobody has to sign in again', async () => {
      const clients = [
        await inConversation(world.balancer.url, 'alice'),
        await inConversation(world.balancer.url, 'bob'),
      ]
      const tokens = clients.map(({ storage }) => storage.get('access_token'))
      const [, second] = world.gateways
      await chatWhile(clients, 'killed', () => second!.end('SIGKILL'))
      expect(clients.map(({ session }) => session.status)).toEqual(['signedIn', 'signedIn'])
      expect(clients.map(({ storage }) => storage.get('access_token'))).toEqual(tokens)
      await second!.restart()
      await Promise.all(clients.map(({ session }) => session.signOut()))
    }, 120_000)

    test('nothing that was logged holds the password of Redis', () => {
      for (const gateway of world.gateways) {
        expect(gateway.output()).not.toContain(world.redis.password)
      }
    })
  })
})
