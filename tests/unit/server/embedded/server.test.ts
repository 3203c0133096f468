// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return */
import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { StartError } from '../../../../server/embedded/errors'
import { startEmbedded } from '../../../../server/embedded/server'
import {
  newDataDir,
  openDdp,
  openSocket,
  removeDir,
  restClient,
  startTestServer,
  type Json,
  type TestServer,
} from './support'

const running: (() => Promise<void> | void)[] = []
const start = async (options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> => {
  const test = await startTestServer(options)
  running.push(test.close)
  return test
}
const tempDir = (): string => {
  const dir = newDataDir()
  running.push(() => removeDir(dir))
  return dir
}
afterEach(async () => {
  for (const close of running.splice(0).reverse()) await close()
})

describe('starting and stopping', () => {
  it('refuses a taken port with EADDRINUSE and leaves its data usable', async () => {
    const { server } = await start()
    const dataDir = tempDir()
    const attempt = startEmbedded({ port: server.port, dataDir })
    await expect(attempt).rejects.toBeInstanceOf(StartError)
    await expect(attempt).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await (await startEmbedded({ port: 0, dataDir })).close()
  })

  it('refuses a data folder that cannot be one', async () => {
    const file = join(__dirname, 'server.test.ts')
    await expect(startEmbedded({ port: 0, dataDir: join(file, 'data') })).rejects.toMatchObject({
      name: 'Error',
      code: expect.stringMatching(/ENOTDIR|EEXIST/),
    })
  })

  it('lets nobody else read its data', async () => {
    const { dir } = await start()
    const names = readdirSync(dir).filter((name) => name.startsWith('rocketchat.db'))
    const modes = names.map((name) => [name, statSync(join(dir, name)).mode & 0o077])
    expect(modes).toContainEqual(['rocketchat.db', 0])
    expect(modes).toEqual(names.map((name) => [name, 0]))
  })

  it('keeps accounts, sessions, messages and read state over a restart', async () => {
    const dataDir = tempDir()
    const first = await startTestServer({ dataDir })
    const ann = await first.person('ann')
    await ann.post('chat.sendMessage', {
      message: { rid: 'GENERAL', msg: 'kept @root', _id: 'keptMessage' },
    })
    const before = (await ann.get('subscriptions.get')).body.update
    await first.close()
    const second = await start({ dataDir })
    const again = restClient(second.server.url, ann.userId, ann.token)
    expect((await again.get('chat.getMessage?msgId=keptMessage')).body.message.msg).toBe(
      'kept @root',
    )
    expect((await again.get('subscriptions.get')).body.update).toEqual(before)
    const rooms = await second.admin.get('rooms.get')
    expect(rooms.body.update).toMatchObject([
      { _id: 'GENERAL', lastMessage: { _id: 'keptMessage' } },
    ])
  })

  it('makes the configured password of the administrator valid', async () => {
    const dataDir = tempDir()
    await (await startTestServer({ dataDir })).close()
    const admin = { username: 'root', password: 'another', email: 'root@example.com' }
    const { server } = await startEmbedded({ port: 0, dataDir, admin }).then((one) => {
      running.push(() => one.close())
      return { server: one }
    })
    const client = restClient(server.url)
    expect((await client.post('login', { user: 'root', password: 'another' })).status).toBe(200)
    expect((await client.post('login', { user: 'root', password: 'root-pass' })).status).toBe(401)
  })

  it('loses no acknowledged message when it is killed', async () => {
    const dataDir = tempDir()
    const root = join(__dirname, '../../../..')
    const script = `import { startEmbedded } from ${JSON.stringify(join(root, 'server/embedded/server.ts'))}
      startEmbedded({ port: 0, dataDir: ${JSON.stringify(dataDir)},
        admin: { username: 'root', password: 'root-pass', email: 'root@example.com' } })
        .then((server) => console.log(server.url))`
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const exited = new Promise((resolve) => child.on('exit', resolve))
    running.push(() => void child.kill('SIGKILL'))
    const url = await new Promise<string>((resolve) => {
      child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()))
    })
    const { body } = await restClient(url).post('login', { user: 'root', password: 'root-pass' })
    const root1 = restClient(url, body.data.userId, body.data.authToken)
    const acknowledged: string[] = []
    const sender = async (name: string): Promise<void> => {
      for (let index = 0; ; index += 1) {
        const _id = `${name}-${index}`
        const answer = await root1.post('chat.sendMessage', {
          message: { rid: 'GENERAL', msg: _id, _id },
        })
        if (answer.status === 200) acknowledged.push(_id)
        if (acknowledged.length >= 120) child.kill('SIGKILL')
      }
    }
    await Promise.allSettled([sender('a'), sender('b'), sender('c'), sender('d')])
    await exited
    const { admin } = await start({ dataDir })
    expect(acknowledged.length).toBeGreaterThanOrEqual(120)
    const { body: synced } = await admin.get(
      'chat.syncMessages?roomId=GENERAL&lastUpdate=1970-01-01',
    )
    const stored = synced.result.updated.map((message: Json) => message._id) as string[]
    expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([])
    expect(new Set(stored).size).toBe(stored.length)
    const { room } = (await admin.get('rooms.info?roomId=GENERAL')).body
    expect(room.msgs).toBe(stored.length)
  }, 20_000)
})

describe('sockets', () => {
  it('of a token that ends are closed, others stay', async () => {
    const test = await start()
    const ann = await test.person('ann')
    const mine = await openDdp(test.server.url, ann)
    const other = await openDdp(test.server.url, test.admin)
    await ann.post('logout')
    await mine.closed
    other.send({ msg: 'ping', id: 'x' })
    await other.next((frame) => frame.msg === 'pong')
  })

  it('carry a message from REST to a subscriber, and go silent for who may not read', async () => {
    const test = await start()
    const ann = await test.person('ann')
    const bob = await test.person('bob')
    const { body } = await ann.post('groups.create', { name: 'closed' })
    const socket = await openDdp(test.server.url, ann)
    const spy = await openDdp(test.server.url, bob)
    const rid = body.group._id as string
    expect(await socket.subscribe('stream-room-messages', rid, false)).toMatchObject({
      msg: 'ready',
    })
    expect(await spy.subscribe('stream-room-messages', rid, false)).toMatchObject({
      msg: 'nosub',
      error: { error: 'not-allowed' },
    })
    const sent = await socket.call('sendMessage', { rid, msg: 'over DDP', _id: 'ddpMessage' })
    expect(sent.result).toMatchObject({ _id: 'ddpMessage', ts: { $date: expect.any(Number) } })
    const event = await socket.event('stream-room-messages', rid)
    expect(event.fields.args[0]).toMatchObject({ _id: 'ddpMessage', u: { username: 'ann' } })
    const again = await socket.call('sendMessage', { rid, msg: 'over DDP', _id: 'ddpMessage' })
    expect(again).not.toHaveProperty('result')
    expect(again).not.toHaveProperty('error')
  })

  it('are closed for an oversized frame, and binary frames are refused; others notice nothing', async () => {
    const test = await start()
    const other = await openDdp(test.server.url, test.admin)
    const big = await openSocket(test.server.url)
    big.send('x'.repeat(1024 * 1024 + 1))
    expect(await big.closed).toBe(1009)
    other.send({ msg: 'ping' })
    await other.next((frame) => frame.msg === 'pong')
  })

  it('on other paths and broken requests are refused', async () => {
    const { server } = await start()
    await expect(openSocket(`${server.url}/elsewhere`)).rejects.toThrow('404')
    for (const text of [
      'garbage\r\n\r\n',
      'GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    ]) {
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(text))
        let received = ''
        socket.on('data', (data) => (received += data.toString()))
        socket.on('close', () => resolve(received))
      })
      expect(answer).toMatch(/^HTTP\/1.1 40[04]/)
    }
    expect((await restClient(server.url).get('info')).status).toBe(200)
  })

  it('that vanish in the middle of a request do no harm', async () => {
    const { server } = await start()
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => {
        socket.write(
          'POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"user"',
        )
        socket.resetAndDestroy()
        resolve()
      })
    })
    expect((await restClient(server.url).get('info')).status).toBe(200)
  })
})
