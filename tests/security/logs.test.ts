import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import WebSocket from 'ws'
import { demoPeople } from '../../server/demo/people'
import { freely } from '../durability/program'
import { officialClient } from '../unit/server/hub/hubHarness'
import { startChat, startGatewayProgram, type Program } from './programs'
import { startRecorder, type Recorder } from './recorder'
import { firstRoom, postJson, signIn, upload, type Person } from './support'

jest.setTimeout(60_000)

const texts = {
  message: 'words of a message that nobody else may read',
  edited: 'other words of the same message',
  file: 'words inside of an uploaded file',
  search: 'words-somebody-looks-for',
  wrongPassword: 'a-password-that-is-wrong',
}
const serviceSecret = 'service-secret-of-the-test-0123456789'

type Stage = { folder: string; chat: Program; gateway: Program; recorders: Recorder[]; url: string }

let stage: Stage
const secrets = new Set<string>()

async function setUp(way: string): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'logs-'))
  const chat = await startChat(join(folder, 'chat'), { LOG_LEVEL: 'debug' })
  const behind = await startRecorder(chat.url)
  const gateway = await startGatewayProgram(join(folder, 'gateway'), behind.url, {
    ...{ LOG_LEVEL: 'debug', IM_REALTIME: way, IM_SERVICE_SECRET: serviceSecret },
  })
  const front = await startRecorder(gateway.url)
  return { folder, chat, gateway, recorders: [behind, front], url: front.url }
}

afterEach(async () => {
  await stage.gateway.stop()
  await stage.chat.stop()
  for (const recorder of stage.recorders) await recorder.close()
  rmSync(stage.folder, { recursive: true, force: true })
  secrets.clear()
})

const know = (...values: string[]) => {
  for (const value of values) if (value !== '') secrets.add(value)
}

/** Everything that a person does, with every kind of credential that there is. */
async function useEverything(url: string, way: string): Promise<void> {
  const alice = await signIn(url, 'alice')
  know(alice.bearer, alice.authToken, ...demoPeople.map(({ password }) => password))
  know(String(freely.ADMIN_PASS), serviceSecret, ...Object.values(texts))
  await postJson(`${url}/api/v1/channels.create`, { name: 'secrets' }, alice.headers)
  const rid = await firstRoom(url, alice)
  const sent = await postJson<{ message: { _id: string } }>(
    ...[`${url}/api/v1/chat.sendMessage`, { message: { rid, msg: texts.message } }, alice.headers],
  )
  const msgId = sent.result.message._id
  const edit = { roomId: rid, msgId, text: texts.edited }
  await postJson(`${url}/api/v1/chat.update`, edit, alice.headers)
  await fetch(`${url}/api/v1/chat.search?roomId=${rid}&searchText=${texts.search}`, alice)
  const file = { name: 'notes.txt', type: 'text/plain', content: texts.file }
  const { path } = await upload(url, alice, file)
  await fetch(`${url}${path}`, alice)
  await useSignedAddress(url, alice, path)
  await (way === 'signalr' ? useHub(url, alice, rid) : useWebsocket(url, alice))
  await beRefused(url, alice, path)
  await postJson(
    `${url}/api/services/app/Im/CreateUser`,
    { userId: '900', userName: 'made', name: 'Made' },
    { authorization: `Bearer ${serviceSecret}` },
  )
  const renewed = await postJson<{ authToken?: string }>(
    ...[`${url}/api/services/app/Im/Authenticate`, { renew: true }, alice.headers],
  )
  know(renewed.result.authToken ?? '')
  await postJson(`${url}/api/services/app/Im/Logout`, {}, alice.headers)
  expect((await fetch(`${url}/api/v1/me`, alice)).status).toBe(401)
}

async function useSignedAddress(url: string, alice: Person, path: string): Promise<void> {
  const { result } = await postJson<{ addresses: string[] }>(
    ...[`${url}/api/services/app/Im/SignMedia`, { paths: [path] }, alice.headers],
  )
  const [address = ''] = result.addresses
  signedGrants.push(address.split('/')[2]!)
  expect(await (await fetch(`${url}${address}`)).text()).toBe(texts.file)
}

/** Good for one file or one socket, and for minutes: these stand in addresses, but not in logs. */
const signedGrants: string[] = []

async function useHub(url: string, { bearer }: Person, rid: string): Promise<void> {
  const negotiated = await postJson<{ connectionToken: string }>(
    ...[`${url}/signalr/negotiate?negotiateVersion=1`, {}, { authorization: `Bearer ${bearer}` }],
  )
  signedGrants.push(negotiated.result.connectionToken)
  const connection = officialClient(`${url}/signalr`, { token: bearer, negotiation: true })
  const live = new Promise<void>((resolve) => {
    connection.on('sessionState', ({ state }: { state: string }) => {
      if (state === 'live') resolve()
    })
  })
  for (const target of ['getRoomMessageNotification', 'streamEvent', 'resync']) {
    connection.on(target, () => undefined)
  }
  connection.on('getRoomSubscriptionChangedNotification', () => undefined)
  await connection.start()
  await live
  await connection.invoke('subscribeRoom', rid)
  await connection.stop()
}

async function useWebsocket(url: string, { authToken }: Person): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/websocket`)
  const result = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      if (data.toString().includes('"msg":"result"')) resolve()
    })
  })
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify({ msg: 'connect', version: '1', support: ['1'] }))
  const params = [{ resume: authToken }]
  socket.send(JSON.stringify({ msg: 'method', method: 'login', id: '1', params }))
  await result
  socket.close()
}

/** Sign-ins and requests that are refused: their credentials are somebody's too. */
async function beRefused(url: string, alice: Person, path: string): Promise<void> {
  const account = { userNameOrEmailAddress: 'alice', password: texts.wrongPassword }
  expect((await postJson(`${url}/api/TokenAuth/Authenticate`, account)).status).toBe(401)
  const broken = `${alice.bearer.slice(0, -4)}AAAA`
  know(broken)
  const headers = { ...alice.headers, authorization: `Bearer ${broken}` }
  expect((await fetch(`${url}/api/v1/me`, { headers })).status).toBe(401)
  const strange = 'a-chat-token-that-nobody-has-issued'
  know(strange)
  const own = { ...alice.headers, 'x-user-id': 'x', 'x-auth-token': strange }
  expect((await fetch(`${url}/api/v1/me`, { headers: own })).status).toBe(401)
  const json = { 'content-type': 'application/json' }
  const body = `{"password": "${texts.wrongPassword}", broken`
  await fetch(`${url}/api/TokenAuth/Authenticate`, { method: 'POST', headers: json, body })
  await fetch(`${url}/media/${'A'.repeat(40)}${path}`)
}

const generatedSecrets = (folder: string): string[] => {
  const secretsOf = join(folder, 'gateway', 'secrets')
  return readdirSync(secretsOf).map((name) => readFileSync(join(secretsOf, name), 'utf8').trim())
}

it.each(['ddp', 'signalr'])(
  'all that gateway and chat server print about a whole session with IM_REALTIME=%s is free of secrets, and so is every address',
  async (way) => {
    stage = await setUp(way)
    await useEverything(stage.url, way)
    const { gateway, chat, folder, recorders } = stage
    await gateway.stop()
    await chat.stop()
    const lines = recorders.flatMap((recorder) => recorder.requestLines())
    // The ready text names the demo people's passwords to whoever starts the demo; it is no log line.
    const printed = (gateway.output() + chat.output()).replace(/^ {2}\w+ +\w+-demo .*$/gm, '')
    // Both were talkative, so that what is missing is missing on purpose.
    expect(printed).toContain('/api/v1/chat.sendMessage')
    expect(lines.filter((line) => line.includes('chat.sendMessage')).length).toBeGreaterThan(1)
    expect(secrets.size).toBeGreaterThan(10)
    for (const secret of [...secrets, ...generatedSecrets(folder)]) {
      for (const form of [secret, encodeURIComponent(secret)]) {
        expect(printed).not.toContain(form)
        if (secret !== texts.search) expect(lines.join('\n')).not.toContain(form)
      }
    }
    for (const grant of signedGrants) expect(printed).not.toContain(grant)
  },
)
