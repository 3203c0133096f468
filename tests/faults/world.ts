import { demoPeople } from '../../server/demo/people'
import { decodeMessage } from '../../src/rocketchat/decodeMessage'
import type { Message } from '../../src/rocketchat/types'
import { eventually } from '../browser/eventually'
import { rest, type RestPerson } from '../e2e/rest'
import type { Way } from '../e2e/server'
import {
  createClientCore,
  createDevice,
  createFastClock,
  type ClientCore,
} from '../support/clientCore'
import { createFaultProxy, type FaultProxy } from './faultProxy'
import { startServers, type Servers } from './servers'

/** Half a minute takes two seconds. */
export const speed = 15

/** By the clients' fast clock: three real seconds, so that a machine that is slow is not one that is dead. */
const requestTimeoutMs = 45_000

/** How long the first sign-in may take, in real milliseconds. */
const signInMs = 30_000

/** A person with a device behind a fault proxy; the client on it can be killed and started again. */
export type Phone = {
  readonly username: string
  readonly proxy: FaultProxy
  client: ClientCore
  /** The device ends the client without a warning, and starts it again. */
  restart(): void
}

/** Servers of one way of authentication with people who look at them from outside, for many runs. */
export type World = {
  readonly servers: Servers
  /** In the gateway's own words, without any proxy before it. */
  readonly outsiders: readonly RestPerson[]
  /** Begins with a device that nobody has used. Rejects when the sign-in fails. */
  openPhone(username: string): Promise<Phone>
  /** Every message of a room as the server has it. */
  history(person: RestPerson, roomId: string): Promise<Message[]>
  stop(): Promise<void>
}

export async function createWorld(way: Way): Promise<World> {
  const servers = await startServers(way)
  const outsiders: RestPerson[] = []
  for (const { username } of demoPeople) outsiders.push(await rest(servers.url).signIn(username))
  const proxies: FaultProxy[] = []
  return {
    servers,
    outsiders,
    async openPhone(username) {
      const proxy = await createFaultProxy(() => servers.gateway.port)
      proxies.push(proxy)
      return openPhone(username, proxy)
    },
    async history(person, roomId) {
      const stored = await person.history(roomId)
      return stored.flatMap((one) => decodeMessage(one) ?? []).filter(({ system }) => system === '')
    },
    async stop() {
      await Promise.all(proxies.map((proxy) => proxy.close()))
      await servers.stop()
    },
  }
}

async function openPhone(username: string, proxy: FaultProxy): Promise<Phone> {
  const device = createDevice()
  const start = (): ClientCore =>
    createClientCore({ url: proxy.url, device, clock: createFastClock(speed), requestTimeoutMs })
  const phone = {
    username,
    proxy,
    client: start(),
    restart() {
      proxy.cut('reset')
      phone.client.kill()
      phone.client = start()
      if (phone.client.session.restore()) begin(phone.client)
    },
  }
  const password = demoPeople.find((person) => person.username === username)?.password ?? ''
  // Nothing breaks yet, but a busy machine may not answer in the client's short seconds.
  await eventually(() => phone.client.session.signIn(username, password), signInMs)
  begin(phone.client)
  return phone
}

function begin({ chat, feed }: ClientCore): void {
  feed.start()
  chat.setListVisible(true)
  chat.setRoomVisible(true)
}
