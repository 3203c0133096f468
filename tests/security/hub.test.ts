import {
  openClient,
  separator,
  startHub,
  until,
  type HubHarness,
} from '../unit/server/hub/hubHarness'

let harness: HubHarness
beforeEach(async () => {
  harness = await startHub()
})
afterEach(() => harness.close())

const call = (n: number, ...args: unknown[]) => ({
  ...{ type: 1, target: 'note', arguments: args, invocationId: String(n) },
})

describe('a hostile hub client', () => {
  it('that floods is closed for good, and another one is still served', async () => {
    const [flood, calm] = [await openClient(harness.url, 'eve.pc'), await openClient(harness.url)]
    flood.send(...Array.from({ length: 5_000 }, (_, n) => call(n, 'flood')))
    await flood.closed
    expect(harness.notes.length).toBeLessThanOrEqual(60)
    calm.send({ type: 1, target: 'add', arguments: [1, 2], invocationId: 'a' })
    expect(await calm.next()).toMatchObject({ type: 3, invocationId: 'a', result: 3 })
    expect(harness.connected).toHaveLength(1)
  })

  it('that floods with messages of unknown kinds or broken ones does not get far either', async () => {
    for (const text of ['{}', '[]', 'null', '{"type":99}', '{"type":1}', '{', '\u0000']) {
      const client = await openClient(harness.url, 'eve.pc')
      client.socket.send(`${text}${separator}`.repeat(2_000))
      client.socket.send(`${JSON.stringify(call(1, 'after'))}${separator}`)
      await Promise.race([client.closed, until(() => harness.notes.length > 0)])
      client.socket.terminate()
      await until(() => harness.connected.length === 0)
      harness.notes.length = 0
    }
  })

  it.each([
    ['a message of 33 KB', () => JSON.stringify(call(1, 'x'.repeat(33 * 1024))) + separator],
    ['a message without an end', () => '{"type":1,"target":"' + 'x'.repeat(200_000)],
    ['a frame of 5 MiB', () => 'x'.repeat(5 * 1024 * 1024)],
  ])('that sends %s is cut off, and nothing of it is run', async (_name, text) => {
    const client = await openClient(harness.url, 'eve.pc')
    client.socket.send(text())
    await client.closed
    expect(harness.notes).toEqual([])
    const calm = await openClient(harness.url)
    calm.send({ type: 1, target: 'add', arguments: [2, 2], invocationId: 'b' })
    expect(await calm.next()).toMatchObject({ result: 4 })
  })

  it('that nests its arguments a thousand deep is answered or closed, never a crash', async () => {
    const client = await openClient(harness.url, 'eve.pc')
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`
    client.socket.send(`{"type":1,"target":"note","arguments":[${deep}]}${separator}`)
    client.send({ type: 1, target: 'add', arguments: [1, 1], invocationId: 'c' })
    await Promise.race([client.next(), client.closed])
    const calm = await openClient(harness.url)
    calm.send({ type: 1, target: 'add', arguments: [2, 2], invocationId: 'd' })
    expect(await calm.next()).toMatchObject({ result: 4 })
  })

  it('that names methods of the language finds none', async () => {
    const client = await openClient(harness.url, 'eve.pc')
    for (const target of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'Connected']) {
      client.send({ type: 1, target, arguments: [], invocationId: target })
      expect(await client.next()).toMatchObject({ type: 3, error: 'unknown_method' })
    }
  })
})
