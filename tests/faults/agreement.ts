import { decodeSubscription } from '../../src/rocketchat/decodeSubscription'
import type { Message, Subscription } from '../../src/rocketchat/types'
import { eventually } from '../browser/eventually'
import type { RestPerson } from '../e2e/rest'
import type { ClientCore } from '../support/clientCore'
import type { Run } from './run'
import type { Phone } from './world'

/** How long everything may take to come to rest once the faults are over, in real milliseconds. */
const patienceMs = 40_000

/**
 * Waits until nothing is under way, then compares: what people wanted with the server, the open rooms on the screens as they
 * are, lists and counters, and every room, opened once, with the copy that is kept of it.
 * @throws with every difference
 */
export async function checkAgreement(run: Run): Promise<void> {
  for (const phone of run.phones) await isAtRest(run, phone)
  const stored = await readRooms(run)
  const problems = run.roomIds.flatMap((id) => run.model.differences(id, stored.get(id) ?? []))
  expectNone(run, 'the server and what was wanted', problems)
  for (const phone of run.phones) await checkPhone(run, phone, stored)
}

async function isAtRest(run: Run, { client, username }: Phone): Promise<void> {
  const { connection, feed, outbox, session, device } = client
  await waitFor(run, `${username} at rest`, () => {
    const problems: string[] = []
    if (session.status !== 'signedIn') problems.push(`session ${session.status}`)
    if (connection.state !== 'live') problems.push(`connection ${connection.state}`)
    if (feed.lineState !== 'live') problems.push(`line ${feed.lineState}`)
    for (const { state, text, code, reason } of outbox.entries) {
      problems.push(`"${text}" is ${state} ${code} ${reason}`)
    }
    for (const [key, items] of device.storage.values) {
      if (key.startsWith('outbox:') && Array.isArray(items) && items.length > 0)
        problems.push(`kept: ${JSON.stringify(items)}`)
    }
    if (outbox.lastRefusal) problems.push(`refused: ${JSON.stringify(outbox.lastRefusal)}`)
    return problems
  })
}

async function readRooms({ world, roomIds, outsider }: Run): Promise<Map<string, Message[]>> {
  const rooms = new Map<string, Message[]>()
  for (const id of roomIds) rooms.set(id, await world.history(outsider, id))
  return rooms
}

async function checkPhone(run: Run, phone: Phone, stored: Map<string, Message[]>): Promise<void> {
  const { client, username } = phone
  const openId = client.chat.openId()
  if (openId !== '') {
    // As it is: no page is asked for, so only as far back as it goes.
    await waitFor(run, `the open room of ${username}`, () =>
      compareRows(client, (stored.get(openId) ?? []).slice(-client.rows().length)),
    )
  }
  const person = run.world.outsiders.find((one) => one.username === username)
  if (!person) throw new Error('Nobody looks from outside')
  await waitFor(run, `the list of ${username}`, () => compareList(run, client, person))
  for (const roomId of run.roomIds) {
    if (!client.chat.subscription(roomId)) continue
    await checkRoom(run, phone, roomId, stored.get(roomId) ?? [])
  }
  await waitFor(run, `the list of ${username} after reading`, () =>
    compareList(run, client, person),
  )
}

/** Opens a room, reads it to its beginning, leaves it and looks at what is kept. */
async function checkRoom(
  run: Run,
  { client, username }: Phone,
  roomId: string,
  stored: readonly Message[],
): Promise<void> {
  const { chat, cache } = client
  chat.openChannel(roomId)
  await waitFor(run, `${roomId} of ${username} on the screen`, async () => {
    if (chat.historyState === 'idle') await chat.loadOlder()
    return compareRows(client, stored)
  })
  chat.leaveChannel()
  await waitFor(run, `the copy of ${roomId} of ${username}`, async () => {
    await cache.flush()
    const kept = await cache.load(roomId)
    if (!kept) return stored.length === 0 ? [] : ['nothing is kept']
    const messages = kept.messages.filter(({ system }) => system === '')
    const expected = stored.slice(-messages.length)
    if (messages.length < Math.min(stored.length, 50)) return [`only ${messages.length} are kept`]
    return difference(messages.map(describe), expected.map(describe))
  })
}

function compareRows(client: ClientCore, stored: readonly Message[]): string[] {
  const rows = client.rows().filter(({ kind }) => kind === 'message')
  const shown = rows.map(({ id, text, state }) => `${id} ${state} ${text}`)
  return difference(
    shown,
    stored.map(({ id, text }) => `${id}  ${text}`),
  )
}

function describe({ id, text, editedAt, updatedAt, sentAt, reactions }: Message): string {
  return JSON.stringify({ id, text, editedAt, updatedAt, sentAt, reactions })
}

async function compareList(run: Run, client: ClientCore, person: RestPerson): Promise<string[]> {
  const { update } = await person.get('subscriptions.get')
  const known = new Map<string, Subscription>()
  for (const wire of update as unknown[]) {
    const subscription = decodeSubscription(wire)
    if (subscription) known.set(subscription.roomId, subscription)
  }
  return run.roomIds.flatMap((roomId) => {
    const here = counters(client.chat.subscription(roomId))
    const there = counters(known.get(roomId))
    return here === there ? [] : [`${roomId}: ${here} here, ${there} at the server`]
  })
}

/** Not `lastSeenAt`: the server moves it with each own message and tells nobody while nothing was unread. */
function counters(subscription: Subscription | undefined): string {
  if (!subscription) return 'none'
  const { unread, userMentions, groupMentions, isAlert, isOpen } = subscription
  return JSON.stringify({ unread, userMentions, groupMentions, isAlert, isOpen })
}

/** Lines of the first that are not the second's, and the other way round; the order counts. */
function difference(shown: readonly string[], expected: readonly string[]): string[] {
  if (JSON.stringify(shown) === JSON.stringify(expected)) return []
  const extra = shown.filter((line) => !expected.includes(line)).map((line) => `+ ${line}`)
  const missing = expected.filter((line) => !shown.includes(line)).map((line) => `- ${line}`)
  const problems = [...extra, ...missing]
  if (problems.length > 0) return [...problems, `all: ${shown.join(' | ')}`]
  return [`another order or number: ${shown.join(' | ')}`]
}

async function waitFor(
  run: Run,
  what: string,
  problems: () => string[] | Promise<string[]>,
): Promise<void> {
  await eventually(async () => expectNone(run, what, await problems()), patienceMs)
}

function expectNone(run: Run, what: string, problems: readonly string[]): void {
  if (problems.length === 0) return
  const seed = `IM_FAULT_SEEDS=${run.seed} repeats this run`
  throw new Error([`Run ${run.seed}: ${what} (${seed}):`, ...problems].join('\n  '))
}
