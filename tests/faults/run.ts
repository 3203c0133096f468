import type { RestPerson } from '../e2e/rest'
import { createChance, type Chance } from './chance'
import { injectFault } from './faultPlan'
import { faultKinds, type FaultKind, type FaultProxy } from './faultProxy'
import { createModel, type Model } from './model'
import { checkAgreement } from './agreement'
import type { Phone, World } from './world'

/** Of one run: what was done and what went wrong on purpose. */
export type RunReport = {
  seed: number
  messages: number
  faults: Record<FaultKind, number>
  restarts: number
  kills: number
  /** Milliseconds from the end of all faults until everybody agreed. */
  healedInMs: number
}

export type Run = {
  seed: number
  chance: Chance
  world: World
  model: Model
  phones: readonly Phone[]
  roomIds: readonly string[]
  outsider: RestPerson
  texts: number
  restarts: number
  kills: number
}

const steps = 70
const emojis = [':smile:', ':tada:'] as const

/** Three people chat while everything between them breaks; at the end all have to agree. @throws with every difference */
export async function runSeed(world: World, seed: number): Promise<RunReport> {
  const chance = createChance(seed)
  const [outsider, ...others] = chance.some(world.outsiders, 3)
  if (!outsider) throw new Error('There is nobody')
  const people = [outsider, ...others]
  const roomIds = await createRooms(people, seed)
  const before = counted([world.servers.back])
  const phones: Phone[] = []
  for (const { username } of people) phones.push(await world.openPhone(username))
  const run: Run = {
    ...{ seed, chance, world, model: createModel(), phones, roomIds, outsider },
    ...{ texts: 0, restarts: 0, kills: 0 },
  }
  try {
    run.model.found(await world.history(outsider, roomIds[2] ?? ''))
    phones.forEach((phone) => phone.client.chat.openChannel(roomFor(run, phone)))
    await actAll(run)
    heal(run)
    const healedAt = Date.now()
    await checkAgreement(run)
    const { model, restarts, kills } = run
    return {
      ...{ seed, messages: model.messageCount, restarts, kills },
      faults: added(
        counted(phones.map(({ proxy }) => proxy)),
        counted([world.servers.back]),
        before,
      ),
      healedInMs: Date.now() - healedAt,
    }
  } finally {
    heal(run)
    for (const { client, proxy } of phones) {
      // A person has only so many sessions, and those who look from outside need theirs.
      await client.session.signOut()
      client.kill()
      await proxy.close()
    }
  }
}

/** A channel and a group of all three, and the direct conversation of two, which earlier runs may have used. */
async function createRooms(people: readonly RestPerson[], seed: number): Promise<string[]> {
  const [first, ...others] = people as [RestPerson, ...RestPerson[]]
  const members = others.map(({ username }) => username)
  const suffix = `${seed}-${Date.now().toString(36)}`
  const channel = await first.post('channels.create', { name: `open-${suffix}`, members })
  const group = await first.post('groups.create', { name: `closed-${suffix}`, members })
  const direct = await first.post('im.create', { username: members[0] ?? '' })
  return [channel.channel, group.group, direct.room].map((room) => (room as { _id: string })._id)
}

async function actAll(run: Run): Promise<void> {
  const { chance, world } = run
  const killAt = chance.isLucky(0.25) ? chance.between(5, steps - 5) : -1
  let killing: Promise<void> = Promise.resolve()
  for (let step = 0; step < steps; step += 1) {
    act(run)
    if (step === killAt) {
      run.kills += 1
      killing = killServer(world, chance)
    }
    await new Promise((resolve) => setTimeout(resolve, chance.between(0, 40)))
  }
  await killing
}

/** Ends one of the two programs as a power cut does, and starts it again a little later. */
async function killServer({ servers }: World, chance: Chance): Promise<void> {
  const program = chance.pick([servers.gateway, servers.embedded])
  await program.kill9()
  await new Promise((resolve) => setTimeout(resolve, chance.between(0, 200)))
  // The gateway ends at once when it does not reach the chat server at its start; whoever runs it starts it again.
  for (let attempt = 1; ; attempt += 1) {
    try {
      await program.start()
      return
    } catch (error) {
      if (attempt === 8) throw error
    }
  }
}

function act(run: Run): void {
  const { chance, phones, world } = run
  const phone = chance.pick(phones)
  const { chat, lifecycle, network } = phone.client
  const luck = chance.between(0, 100)
  if (luck < 30) write(run, phone)
  else if (luck < 40) edit(run, phone)
  else if (luck < 45) remove(run, phone)
  else if (luck < 54) react(run, phone)
  else if (luck < 60) chat.openChannel(roomFor(run, phone))
  else if (luck < 61) chat.leaveChannel()
  else if (luck < 63) void chat.loadOlder()
  else if (luck < 66) {
    lifecycle.goToBackground()
    setTimeout(() => phone.client.lifecycle.goToForeground(), chance.between(10, 1_500))
  } else if (luck < 69) {
    network.change(false)
    setTimeout(() => phone.client.network.change(true), chance.between(10, 300))
  } else if (luck < 73) {
    run.restarts += 1
    phone.restart()
    if (chance.isLucky(0.7)) phone.client.chat.openChannel(roomFor(run, phone))
  } else if (luck < 79) injectFault(chance, world.servers.back)
  else injectFault(chance, phone.proxy)
}

/** The third person is not in the direct conversation. */
function roomFor({ chance, phones, roomIds }: Run, phone: Phone): string {
  return chance.pick(phone === phones[2] ? roomIds.slice(0, 2) : roomIds)
}

function write(run: Run, { client, username }: Phone): void {
  const { chat, outbox } = client
  const roomId = chat.openId()
  if (roomId === '' || !chat.currentChannel) return
  run.texts += 1
  const mention = run.chance.isLucky(0.3) ? ` @${run.chance.pick(run.phones).username}` : ''
  const text = `text ${run.texts} of run ${run.seed} by ${username}${mention}`
  if (!chat.send(text)) throw new Error('The device is not full')
  const entry = outbox.entries.find((one) => one.text === text)
  if (!entry) throw new Error('What was sent is not in the outbox')
  run.model.sent({ id: entry.id, roomId, author: username, text })
}

function edit(run: Run, { client }: Phone): void {
  const own = client.rows().filter(({ isOwn, kind }) => isOwn && kind === 'message')
  if (own.length === 0) return
  const { id } = run.chance.pick(own)
  run.texts += 1
  const text = `edited ${run.texts} of run ${run.seed}`
  client.chat.editMessage(id, text)
  run.model.edited(id, text)
}

function remove(run: Run, { client }: Phone): void {
  const own = client.rows().filter(({ isOwn, kind }) => isOwn && kind === 'message')
  if (own.length === 0) return
  const { id } = run.chance.pick(own)
  client.chat.deleteMessage(id)
  run.model.deleted(id)
}

function react(run: Run, { client, username }: Phone): void {
  const rows = client.rows().filter(({ kind }) => kind === 'message')
  if (rows.length === 0) return
  const { id } = run.chance.pick(rows)
  const emoji = run.chance.pick(emojis)
  const isThere = run.chance.isLucky(0.7)
  client.chat.react(id, emoji, isThere)
  run.model.reacted(id, emoji, username, isThere)
}

/** Networks work again, people look at their phones. */
function heal({ phones, world }: Run): void {
  world.servers.back.heal()
  for (const { client, proxy } of phones) {
    proxy.heal()
    client.network.change(true)
    client.lifecycle.goToForeground()
  }
}

function counted(proxies: readonly FaultProxy[]): Record<FaultKind, number> {
  const sum = { ...noFaults }
  for (const { counts } of proxies) for (const kind of faultKinds) sum[kind] += counts[kind]
  return sum
}

function added(
  fronts: Record<FaultKind, number>,
  back: Record<FaultKind, number>,
  before: Record<FaultKind, number>,
): Record<FaultKind, number> {
  const sum = { ...fronts }
  for (const kind of faultKinds) sum[kind] += back[kind] - before[kind]
  return sum
}

export const noFaults = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<
  FaultKind,
  number
>
