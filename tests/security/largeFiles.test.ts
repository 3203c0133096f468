import { createCipheriv, createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { get, request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { residentBytes, startChat, startGatewayProgram, type Program } from './programs'
import { firstRoom, postJson, signIn, type Person } from './support'

const mebibyte = 1024 * 1024
const fileBytes = 300 * mebibyte
const allowedGrowth = 60 * mebibyte
const boundary = 'boundary-of-the-test'

let folder: string
let chat: Program
let gateway: Program
const running: Program[] = []
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'large-'))
  chat = await startChat(join(folder, 'chat'), { OVERWRITE_SETTING_FileUpload_MaxFileSize: '-1' })
  running.push(chat)
  gateway = await startGatewayProgram(join(folder, 'gateway'), chat.url)
  running.push(gateway)
}, 60_000)
afterAll(async () => {
  for (const program of running.reverse()) await program.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The same bytes each time, made while they are read; nothing compresses them. */
function* content(size: number): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16, 2))
  const zeros = Buffer.alloc(256 * 1024)
  for (let left = size; left > 0; left -= zeros.length) {
    yield cipher.update(left < zeros.length ? zeros.subarray(0, left) : zeros)
  }
}

/** How much memory the gateway takes at most beyond what it had before `work`. */
async function growthDuring(work: () => Promise<void>): Promise<number> {
  const before = residentBytes(gateway)
  let most = before
  const timer = setInterval(() => (most = Math.max(most, residentBytes(gateway))), 20)
  await work()
  clearInterval(timer)
  return Math.max(most, residentBytes(gateway)) - before
}

async function uploadLarge(person: Person, rid: string, size: number, hash = createHash('sha256')) {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`
  const tail = `\r\n--${boundary}--\r\n`
  const sent = request(`${gateway.url}/api/v1/rooms.media/${rid}`, {
    method: 'POST',
    headers: {
      ...person.headers,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': head.length + size + tail.length,
    },
  })
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve)
    sent.on('error', reject)
  })
  const body = function* () {
    yield Buffer.from(head)
    for (const chunk of content(size)) {
      hash.update(chunk)
      yield chunk
    }
    yield Buffer.from(tail)
  }
  await pipeline(Readable.from(body(), { objectMode: false }), sent)
  const chunks: Buffer[] = []
  for await (const chunk of await answer) chunks.push(chunk as Buffer)
  const { file } = JSON.parse(Buffer.concat(chunks).toString()) as {
    file: { _id: string; url: string }
  }
  await postJson(`${gateway.url}/api/v1/rooms.mediaConfirm/${rid}/${file._id}`, {}, person.headers)
  return { path: new URL(file.url, chat.url).pathname, hash: hash.digest('hex') }
}

async function downloadLarge(path: string, headers: Record<string, string>) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${gateway.url}${path}`, { headers }, resolve).on('error', reject)
  })
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of response) {
    size += (chunk as Buffer).length
    hash.update(chunk as Buffer)
  }
  return { status: response.statusCode, size, hash: hash.digest('hex') }
}

it('300 MB go up and down through the gateway, whole, in less than 60 MB of its memory', async () => {
  const alice = await signIn(gateway.url, 'alice')
  await postJson(`${gateway.url}/api/v1/channels.create`, { name: 'large-files' }, alice.headers)
  const rid = await firstRoom(gateway.url, alice)
  // What is loaded and compiled with the first of its kind does not count.
  const small = await uploadLarge(alice, rid, 8 * mebibyte)
  await downloadLarge(small.path, alice.headers)

  let sent = { path: '', hash: '' }
  const up = await growthDuring(async () => {
    sent = await uploadLarge(alice, rid, fileBytes)
  })
  const down = await growthDuring(async () => {
    const received = await downloadLarge(sent.path, alice.headers)
    expect(received).toEqual({ status: 200, size: fileBytes, hash: sent.hash })
  })
  const endpoint = `${gateway.url}/api/services/app/Im/SignMedia`
  const signed = await postJson<{ addresses: string[] }>(
    endpoint,
    { paths: [sent.path] },
    alice.headers,
  )
  const media = await growthDuring(async () => {
    const received = await downloadLarge(signed.result.addresses[0]!, {})
    expect(received).toEqual({ status: 200, size: fileBytes, hash: sent.hash })
  })
  expect(Math.max(up, down, media)).toBeLessThan(allowedGrowth)
  if (process.platform === 'linux') expect(residentBytes(gateway)).toBeGreaterThan(0)
  if (process.env.IM_TEST_FIGURES) {
    const mb = [up, down, media].map((one) => Math.round(one / mebibyte))
    process.stderr.write(`growth in MB: up ${mb[0]}, down ${mb[1]}, signed ${mb[2]}\n`)
  }
}, 60_000)
