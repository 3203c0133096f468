import type { Message } from '../../../../src/rocketchat/types'
import { flush } from '../support/fakeClock'
import { createClient, restart, type Client } from './support/client'
import { networkError, refusal, type Interceptor } from './support/fakeChat'

async function setUp() {
  const client = createClient()
  for (const id of ['general', 'team']) client.server.addRoom(id, ['ann', 'bob'])
  client.server.post('ann', 'general', 'mine', { _id: 'mine' })
  client.server.post('bob', 'general', 'his', { _id: 'his' })
  await client.start('ann')
  await client.open('general')
  return client
}

const offline: Interceptor = () => ({ refuse: networkError() })
const online: Interceptor = () => ({})
const only =
  (name: string, effect: ReturnType<Interceptor>): Interceptor =>
  (call) =>
    call.name === name ? effect : {}

function goOffline(client: Client): void {
  client.realtime.cut()
  client.server.intercept = offline
}

async function goOnline(client: Client): Promise<void> {
  client.server.intercept = online
  client.realtime.goLive()
  await client.clock.elapse(1_000)
}

const stored = (client: Client) => client.server.messagesOf('general').map(({ msg }) => msg)
const callsOf = (client: Client, name: string) =>
  client.server.callsOf(name).map(({ args }) => args)
const onDisk = (client: Client) => client.storage.get('outbox:ann') as { kind?: string }[]
/** How far each row is, as the screen shows it. */
const states = (client: Client) => client.rows().map(({ state }) => state)
const reactionsOf = (client: Client, id: string) =>
  client.server.room('general').messages.get(id)!.reactions

describe('edits', () => {
  test('are shown and on disk at once, and sent when there is a network', async () => {
    const client = await setUp()
    goOffline(client)
    expect(client.chat.editMessage('mine', 'changed')).toBe(true)
    await client.settle()
    expect(client.texts()).toEqual(['changed', 'his'])
    expect(onDisk(client)).toMatchObject([{ kind: 'edit', messageId: 'mine', text: 'changed' }])
    expect(client.chat.pendingOperations('general')).toHaveLength(1)
    await goOnline(client)
    expect([stored(client), client.texts()]).toEqual([
      ['changed', 'his'],
      ['changed', 'his'],
    ])
    expect([onDisk(client), client.chat.pendingOperations('general')]).toEqual([[], []])
  })

  test('of several the server gets the last, and none when the text is as it was', async () => {
    const client = await setUp()
    goOffline(client)
    for (const text of ['one', 'two', 'three']) client.chat.editMessage('mine', text)
    await client.settle()
    expect(client.texts()[0]).toBe('three')
    client.server.calls.length = 0
    await goOnline(client)
    expect(callsOf(client, 'chat.update')).toEqual([['general', 'mine', 'three']])
    client.server.intercept = only('chat.update', { before: new Promise(() => undefined) })
    goOffline(client)
    client.server.calls.length = 0
    client.chat.editMessage('his', 'his')
    expect(client.outbox.unsentCount).toBe(0)
  })

  test('of a message that is not sent yet change what is sent', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.send('first')
    await client.clock.elapse(0)
    const [entry] = client.outbox.entries
    client.server.intercept = online
    // The attempt was not answered, so the message may have arrived: it is sent, then edited.
    client.chat.editMessage(entry!.id, 'second')
    await client.settle()
    expect(client.texts()).toEqual(['mine', 'his', 'second'])
    await goOnline(client)
    expect(stored(client)).toEqual(['mine', 'his', 'second'])
    expect(client.texts()).toEqual(['mine', 'his', 'second'])
  })

  test('of a message that failed send it again with the new text', async () => {
    const client = await setUp()
    client.server.intercept = only('chat.sendMessage', { refuse: refusal(400, 'too-long') })
    client.chat.send('too long')
    await client.settle()
    client.server.intercept = online
    client.chat.editMessage(client.outbox.entries[0]!.id, 'short')
    await client.settle()
    expect([stored(client), client.outbox.unsentCount]).toEqual([['mine', 'his', 'short'], 0])
  })

  test('wait on their row until the server has them', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.editMessage('mine', 'changed')
    client.chat.react('his', ':smile:', true)
    await client.settle()
    expect(states(client)).toEqual(['waiting', 'waiting'])
    // What can be done with it is what can be done with a message that the server has.
    expect(client.chat.sendStateOf('mine')).toBe('')
    await goOnline(client)
    expect(states(client)).toEqual(['', ''])
  })

  test('that are taken back before they were sent leave no mark', async () => {
    const client = await setUp()
    goOffline(client)
    // While this one is tried again and again, nothing behind it is.
    client.chat.editMessage('mine', 'changed')
    client.chat.react('his', ':smile:', true)
    await client.settle()
    client.chat.react('his', ':smile:', false)
    await client.settle()
    expect([states(client), client.outbox.unsentCount]).toEqual([['waiting', ''], 1])
  })

  test('that the server refuses stay on their row as typed, told, for another try', async () => {
    const client = await setUp()
    client.server.intercept = only('chat.update', {
      refuse: refusal(400, 'error-message-editing-blocked'),
    })
    client.chat.editMessage('mine', 'too late')
    await client.settle()
    expect([client.texts(), states(client)]).toEqual([
      ['too late', 'his'],
      ['failed', ''],
    ])
    expect([client.chat.sendStateOf('mine'), client.chat.sendStateOf('his')]).toEqual([
      'failed',
      '',
    ])
    expect(client.outbox.lastRefusal).toMatchObject({
      kind: 'edit',
      text: 'too late',
      code: 'error-message-editing-blocked',
    })
    client.server.intercept = online
    client.chat.retry('mine')
    await client.settle()
    expect([stored(client)[0], client.texts()[0]]).toEqual(['too late', 'too late'])
    expect([client.chat.pendingOperations('general'), states(client)]).toEqual([[], ['', '']])
  })

  test('that were refused can be typed anew', async () => {
    const client = await setUp()
    client.server.intercept = only('chat.update', { refuse: refusal(400, 'too-long') })
    client.chat.editMessage('mine', 'too long')
    await client.settle()
    client.chat.setEditing('mine')
    expect(client.chat.editing).toEqual({ id: 'mine', text: 'too long' })
    client.server.intercept = online
    client.chat.editMessage('mine', 'short')
    await client.settle()
    expect([stored(client)[0], states(client)[0]]).toEqual(['short', ''])
  })

  test('that are refused after a later one was typed give way to it', async () => {
    const client = await setUp()
    client.server.intercept = ({ name, args }) =>
      name === 'chat.update' && args.includes('too long')
        ? { refuse: refusal(400, 'too-long') }
        : {}
    client.chat.editMessage('mine', 'too long')
    expect(client.chat.pendingOperations('general')).toMatchObject([{ state: 'sending' }])
    client.chat.editMessage('mine', 'short')
    await client.settle()
    expect([stored(client)[0], client.texts()[0], states(client)[0]]).toEqual([
      'short',
      'short',
      '',
    ])
    expect(onDisk(client)).toEqual([])
    expect(client.outbox.lastRefusal).toBeUndefined()
  })

  test('that were refused can be given up', async () => {
    const client = await setUp()
    client.chat.editMessage('his', 'not mine')
    await client.settle()
    expect([states(client), client.texts()]).toEqual([
      ['', 'failed'],
      ['mine', 'not mine'],
    ])
    client.chat.discard('his')
    await client.settle()
    expect([onDisk(client), client.texts()]).toEqual([[], ['mine', 'his']])
    expect(states(client)).toEqual(['', ''])
  })

  test('whose answer was lost are asked for, not repeated', async () => {
    const client = await setUp()
    client.realtime.cut()
    client.server.intercept = only('chat.update', { lose: true })
    client.chat.editMessage('mine', 'changed')
    await client.settle()
    client.server.intercept = online
    await client.clock.elapse(4_000)
    expect(callsOf(client, 'chat.update')).toHaveLength(1)
    expect(callsOf(client, 'chat.getMessage')).toEqual([['mine']])
    expect([client.chat.pendingOperations('general'), client.texts()[0]]).toEqual([[], 'changed'])
  })

  test('give way to a later one of somebody else that is known before their own answer', async () => {
    const client = await setUp()
    let answer = (): void => undefined
    const after = new Promise<void>((resolve) => (answer = resolve))
    client.server.intercept = only('chat.update', { after })
    client.chat.editMessage('mine', 'changed')
    await client.settle()
    await client.clock.elapse(1_000)
    client.server.edit('general', 'mine', { msg: 'moderated' })
    await client.clock.elapse(1_000)
    answer()
    await client.clock.elapse(1_000)
    expect([stored(client)[0], client.texts()[0]]).toEqual(['moderated', 'moderated'])
    expect(client.chat.pendingOperations('general')).toEqual([])
  })

  test('stay on the screen while the server sends other changes of the message', async () => {
    const client = await setUp()
    client.server.intercept = only('chat.update', { refuse: networkError() })
    client.chat.editMessage('mine', 'changed')
    await client.settle()
    client.server.edit('general', 'mine', { msg: 'by an admin' })
    await client.settle()
    expect(client.texts()[0]).toBe('changed')
    client.server.intercept = only('chat.update', { refuse: refusal(403, 'unauthorized') })
    await client.clock.elapse(10_000)
    expect(client.rows()[0]).toMatchObject({ text: 'changed', state: 'failed' })
    client.chat.discard('mine')
    await client.settle()
    expect(client.rows()[0]).toMatchObject({ text: 'by an admin', state: '' })
  })
})

describe('deletions', () => {
  test('are shown at once, and undo nothing that is queued for other messages', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.editMessage('mine', 'changed')
    client.chat.deleteMessage('mine')
    client.chat.editMessage('mine', 'too late')
    await flush()
    expect(onDisk(client).map(({ kind }) => kind)).toEqual(['delete'])
    await client.settle()
    expect(client.rows()[0]).toMatchObject({ id: 'mine', kind: 'system' })
    await goOnline(client)
    expect([stored(client), client.texts()]).toEqual([['his'], ['his']])
  })

  test('of an unsent message cancel it', async () => {
    const client = await setUp()
    client.server.intercept = only('chat.sendMessage', { refuse: refusal(400, 'x') })
    client.chat.send('never')
    await client.settle()
    client.chat.deleteMessage(client.outbox.entries[0]!.id)
    await client.settle()
    expect([client.texts(), onDisk(client), stored(client)]).toEqual([
      ['mine', 'his'],
      [],
      ['mine', 'his'],
    ])
  })

  test('of a message that may have arrived wait for it, and then delete it', async () => {
    const client = await setUp()
    client.realtime.cut()
    client.server.intercept = only('chat.sendMessage', { lose: true })
    client.chat.send('there?')
    await client.settle()
    client.chat.deleteMessage(client.outbox.entries[0]!.id)
    expect(stored(client)).toEqual(['mine', 'his', 'there?'])
    await goOnline(client)
    expect([client.texts(), stored(client), onDisk(client)]).toEqual([
      ['mine', 'his'],
      ['mine', 'his'],
      [],
    ])
  })

  test('that the server refuses bring the message back', async () => {
    const client = await setUp()
    client.chat.deleteMessage('his')
    await client.settle()
    expect([client.texts(), onDisk(client)]).toEqual([['mine', 'his'], []])
    expect(client.outbox.lastRefusal).toMatchObject({
      kind: 'delete',
      code: 'error-action-not-allowed',
    })
  })

  test('of a message that somebody else has deleted are done', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.deleteMessage('mine')
    client.chat.react('mine', ':smile:', true)
    client.server.remove('general', 'mine')
    await goOnline(client)
    expect([onDisk(client), client.outbox.lastRefusal, client.texts()]).toEqual([
      [],
      undefined,
      ['his'],
    ])
  })
})

describe('a text typed as the change of a message that is deleted', () => {
  /** The draft of the room, on the screen and on disk, and what was told. */
  const kept = (client: Client) => [
    client.chat.currentDraft(),
    (client.storage.get('drafts:ann') as Record<string, string> | undefined)?.general ?? '',
    client.chat.returned?.text ?? '',
  ]
  const typing = async (text: string): Promise<Client> => {
    const client = await setUp()
    client.chat.setEditing('mine')
    client.chat.noteEdited(text)
    return client
  }

  test('becomes the draft when somebody deletes it while it is in the field', async () => {
    const client = await typing('typed')
    client.server.remove('general', 'mine')
    await client.settle()
    expect([client.chat.editing, kept(client)]).toEqual([undefined, ['typed', 'typed', 'typed']])
  })

  test('is added to another draft of the room', async () => {
    const client = await setUp()
    client.chat.setDraft('begun before')
    client.chat.setEditing('mine')
    client.chat.noteEdited('typed')
    client.server.remove('general', 'mine')
    await client.settle()
    expect(client.chat.currentDraft()).toBe('begun before\ntyped')
  })

  test('becomes the draft when its own author deletes it, before the server knows', async () => {
    const client = await typing('typed')
    goOffline(client)
    client.chat.deleteMessage('mine')
    expect([client.chat.editing, kept(client)]).toEqual([undefined, ['typed', 'typed', 'typed']])
  })

  test('becomes the draft when the unsent message is taken back', async () => {
    const client = await setUp()
    client.server.intercept = only('chat.sendMessage', { refuse: refusal(400, 'x') })
    client.chat.send('never')
    await client.settle()
    const { id } = client.outbox.entries[0]!
    client.chat.setEditing(id)
    client.chat.noteEdited('typed')
    client.chat.discard(id)
    expect([client.chat.editing, client.chat.currentDraft()]).toEqual([undefined, 'typed'])
  })

  test('becomes the draft when the history is pruned', async () => {
    const client = await typing('typed')
    client.chat.pruneMessages('general', {
      ...{ ids: undefined, after: 0, before: Infinity, users: ['ann'] },
    })
    expect([client.chat.editing, client.chat.currentDraft()]).toEqual([undefined, 'typed'])
  })

  test('is nothing to keep when it is the text of the message, and editing ends all the same', async () => {
    const client = await typing('mine')
    client.server.remove('general', 'mine')
    await client.settle()
    expect([client.chat.editing, kept(client)]).toEqual([undefined, ['', '', '']])
  })

  test('stays in the field when another message is deleted', async () => {
    const client = await typing('typed')
    client.server.remove('general', 'his')
    await client.settle()
    expect([client.chat.editing?.id, kept(client)]).toEqual(['mine', ['', '', '']])
  })

  test('ends editing when the catch-up tells of the deletion', async () => {
    const client = await typing('typed')
    goOffline(client)
    client.server.remove('general', 'mine')
    await goOnline(client)
    expect([client.chat.editing, client.chat.currentDraft()]).toEqual([undefined, 'typed'])
  })

  test('comes back when the edit finds nothing to change any more', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.editMessage('mine', 'typed')
    client.server.remove('general', 'mine')
    await goOnline(client)
    expect(kept(client)).toEqual(['typed', 'typed', 'typed'])
    expect([onDisk(client), client.outbox.lastRefusal]).toEqual([[], undefined])
  })

  test('comes back once when it waits in a room that is not open, and the list shows it', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.editMessage('mine', 'first')
    client.chat.editMessage('mine', 'typed')
    client.chat.leaveChannel()
    client.chat.setListVisible(true)
    client.server.remove('general', 'mine')
    await goOnline(client)
    expect(kept(client).slice(1)).toEqual(['typed', 'typed'])
    expect(client.chat.channels.find(({ id }) => id === 'general')?.preview).toContain('typed')
  })

  test('comes back when the edit had been refused before', async () => {
    const client = await setUp()
    client.server.intercept = only('chat.update', { refuse: refusal(400, 'too-long') })
    client.chat.editMessage('mine', 'typed')
    await client.settle()
    client.server.remove('general', 'mine')
    await client.settle()
    expect([kept(client), onDisk(client)]).toEqual([['typed', 'typed', 'typed'], []])
  })

  test('does not come back when the person who typed it deletes the message', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.editMessage('mine', 'typed')
    client.chat.deleteMessage('mine')
    await goOnline(client)
    expect([kept(client), stored(client)]).toEqual([['', '', ''], ['his']])
  })

  test('does not come back when its author deletes the message while it is being sent', async () => {
    const client = await setUp()
    let answer = (): void => undefined
    const before = new Promise<void>((resolve) => (answer = resolve))
    client.server.intercept = only('chat.update', { before })
    client.chat.editMessage('mine', 'typed')
    await client.settle()
    client.chat.deleteMessage('mine')
    client.server.remove('general', 'mine')
    answer()
    await client.clock.elapse(1_000)
    expect([kept(client), onDisk(client)]).toEqual([['', '', ''], []])
  })
})

describe('reactions', () => {
  const shown = (client: Client): Message['reactions'] => client.outbox.recent('his')?.reactions

  test('say what they want, so that a repeated one undoes nothing', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.react('his', ':smile:', true)
    client.chat.react('his', ':smile:', false)
    client.chat.react('his', ':smile:', true)
    client.chat.react('his', ':heart:', true)
    client.chat.react('his', ':heart:', false)
    await flush()
    expect(onDisk(client)).toHaveLength(1)
    client.server.intercept = only('chat.react', { lose: true })
    await client.clock.elapse(10_000)
    await goOnline(client)
    expect(callsOf(client, 'chat.react').length).toBeGreaterThan(1)
    expect(reactionsOf(client, 'his')).toEqual({ ':smile:': { usernames: ['ann'] } })
    expect(shown(client)).toEqual([{ emoji: ':smile:', usernames: ['ann'] }])
    client.chat.react('his', ':smile:', false)
    await client.settle()
    expect([reactionsOf(client, 'his'), shown(client)]).toEqual([{}, undefined])
  })

  test('that the server refuses are gone, with the reason', async () => {
    const client = await setUp()
    client.server.intercept = only('chat.react', { refuse: refusal(400, 'error-not-allowed') })
    client.chat.react('his', ':unknown:', true)
    await client.settle()
    expect([onDisk(client), client.outbox.lastRefusal?.code]).toEqual([[], 'error-not-allowed'])
    expect(client.outbox.present(client.outbox.recent('his')!).reactions).toBeUndefined()
  })
})

describe('read marks', () => {
  const unread = (client: Client, roomId: string) =>
    client.server.subscriptionOf('ann', roomId).unread

  async function readOffline(): Promise<Client> {
    const client = await setUp()
    client.server.post('bob', 'team', '@ann look')
    await client.settle()
    goOffline(client)
    client.chat.markRead('team')
    client.chat.markRead('team')
    expect(onDisk(client)).toMatchObject([{ kind: 'read' }])
    return client
  }

  test('made offline are sent once after the reconnect, and nobody is asked to wait for them', async () => {
    const client = await readOffline()
    expect(client.outbox.unsentCount).toBe(0)
    await goOnline(client)
    expect([unread(client, 'team'), onDisk(client)]).toEqual([0, []])
  })

  test('do not mark what came after them', async () => {
    const client = await readOffline()
    client.server.post('bob', 'team', '@ann and this')
    await goOnline(client)
    expect([unread(client, 'team'), onDisk(client)]).toEqual([2, []])
  })
})

describe('restarts', () => {
  test('everything that was done offline is done after the next start, days later', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.editMessage('mine', 'changed')
    client.chat.react('his', ':smile:', true)
    client.chat.send('new')
    await flush()
    client.die()
    await client.clock.elapse(3 * 24 * 3_600_000)
    client.server.intercept = online
    const next = await restart(client)
    next.realtime.goLive()
    await next.settle()
    await next.open('general')
    expect([stored(next), next.texts()]).toEqual([
      ['changed', 'his', 'new'],
      ['changed', 'his', 'new'],
    ])
    expect(reactionsOf(next, 'his')).toEqual({ ':smile:': { usernames: ['ann'] } })
    expect(onDisk(next)).toEqual([])
  })

  test('what waits is shown again on what the cache has, and what is refused then as well', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.editMessage('mine', 'changed')
    await client.clock.elapse(10_000)
    client.lifecycle.goToBackground()
    await flush()
    client.die()
    const next = await restart(client)
    await next.open('general')
    expect(next.texts()).toEqual(['changed', 'his'])
    next.server.intercept = only('chat.update', {
      refuse: refusal(400, 'error-action-not-allowed'),
    })
    next.realtime.goLive()
    await next.clock.elapse(1_000)
    expect(next.rows()[0]).toMatchObject({ text: 'changed', state: 'failed' })
    next.chat.discard('mine')
    await next.settle()
    expect([next.texts(), states(next)]).toEqual([
      ['mine', 'his'],
      ['', ''],
    ])
  })

  test('what cannot be read in the storage is left out, the rest is sent', async () => {
    const client = createClient()
    client.server.addRoom('general', ['ann', 'bob'])
    const message = { id: 'x1', roomId: 'general', createdAt: 1, text: 'kept' }
    client.storage.set('outbox:ann', [
      { ...message, kind: 'edit' },
      { ...message, kind: 'unknown', messageId: 'm' },
      { ...message, kind: 'react', messageId: 'm', emoji: '', shouldReact: true },
      { ...message, kind: 'read', seenUntil: 'x' },
      null,
      message,
    ])
    await client.start('ann')
    expect(client.server.messagesOf('general').map(({ msg }) => msg)).toEqual(['kept'])
  })
})

describe('a full storage', () => {
  test('gives up copies of rooms for what is unsent', async () => {
    const client = await setUp()
    const [makeRoom, set] = [jest.spyOn(client.cacheDisk, 'discard'), client.storage.set]
    await client.clock.elapse(10_000)
    await client.cache.flush()
    client.storage.set = (key, value) => {
      if (makeRoom.mock.calls.length === 0) throw new Error('QuotaExceededError')
      set(key, value)
    }
    goOffline(client)
    expect(client.chat.send('kept')).toBe(true)
    expect(makeRoom.mock.calls[0]?.[0].length).toBeGreaterThan(0)
    expect(onDisk(client)).toMatchObject([{ text: 'kept' }])
  })
})
