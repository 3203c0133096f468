// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { joinRoom } from '../../server/embedded/domain/createRoom'
import { errorReply } from '../../server/embedded/rest/router'
import { signedInConnection } from '../unit/server/embedded/ddpSupport'
import { openTestApp, restClient } from '../unit/server/embedded/support'
import { freely, startProgram } from './program'
import { roomFaults } from './recompute'

describe('a data file that may not grow', () => {
  it('refuses messages with a clear error, keeps serving reads, and goes on when there is space', async () => {
    const test = openTestApp()
    const { app } = test
    const ann = test.user('ann')
    const general = app.store.rooms.get('GENERAL')!
    app.store.write(() => joinRoom(app, general, ann, true))
    const { receive, settle, last, frames } = await signedInConnection(test, ann)
    const call = async (id: string, method: string, params: unknown[]) => {
      receive({ msg: 'method', id, method, params })
      await settle()
      return frames.find((frame) => frame.msg === 'result' && frame.id === id)!
    }
    const send = (id: string) => {
      test.clock.advance(1000)
      return call(id, 'sendMessage', [{ _id: id, rid: 'GENERAL', msg: '满'.repeat(3000) }])
    }
    expect((await send('before')).result._id).toBe('before')
    const { page_count: pages } = app.store.driver.get<{ page_count: number }>('PRAGMA page_count')!
    app.store.driver.exec(`PRAGMA max_page_count = ${pages + 8}`)
    const heard = test.hear('room-messages', 'GENERAL')
    let refused = 0
    for (let index = 0; index < 20; index += 1) {
      const { error } = await send(`full${index}`)
      if (error === undefined) continue
      refused += 1
      expect(error).toMatchObject({ error: 'error-disk-full', errorType: 'Meteor.Error' })
    }
    expect(refused).toBeGreaterThan(0)
    expect(heard.length).toBe(20 - refused)
    const { result } = await call('read', 'loadHistory', ['GENERAL', null, 50, null])
    expect(result.messages.length).toBeGreaterThan(0)
    expect(roomFaults(app, app.store.rooms.get('GENERAL')!)).toEqual([])
    app.store.driver.exec('PRAGMA max_page_count = 1000000')
    expect((await send('after')).result._id).toBe('after')
    expect(last()?.msg).toBe('updated')
    expect(roomFaults(app, app.store.rooms.get('GENERAL')!)).toEqual([])
    test.close()
  })

  it.each(['SQLITE_FULL', 'ENOSPC', 'EDQUOT'])('answers %s as 507 over REST', (code) => {
    const reply = errorReply(Object.assign(new Error('disk'), { code }))
    expect(reply.status).toBe(507)
    expect(reply.body).toMatchObject({ success: false, errorType: 'error-disk-full' })
  })

  it('still hides every other error', () => {
    const reply = errorReply(Object.assign(new Error('secret'), { code: 'SQLITE_CORRUPT' }))
    expect(reply.status).toBe(500)
    expect(JSON.stringify(reply.body)).not.toContain('secret')
  })
})

const mounted = mkdtempSync(join(tmpdir(), 'small-disk-'))
const mount = (...options: string[]): boolean =>
  spawnSync('mount', [...options, '-t', 'tmpfs', 'tmpfs', mounted]).status === 0
const canMount = process.platform === 'linux' && mount('-o', 'size=3m')
afterAll(() => {
  if (canMount) spawnSync('umount', ['-l', mounted])
  rmSync(mounted, { recursive: true, force: true })
})
if (!canMount)
  console.warn('no small disk can be mounted here (needs root): not tried with a real one')

describe('a disk that is really full', () => {
  ;(canMount ? it : it.skip)(
    'refuses writes with 507, keeps serving reads, and goes on when there is space again',
    async () => {
      const program = await startProgram(mounted, freely)
      const { body } = await restClient(program.url).post('login', {
        user: 'root',
        password: 'root-password',
      })
      const admin = restClient(program.url, body.data.userId, body.data.authToken)
      const send = (_id: string) =>
        admin.post('chat.sendMessage', { message: { _id, rid: 'GENERAL', msg: '满'.repeat(4000) } })
      let stored = 0
      let answer = await send('full0')
      for (; answer.status === 200 && stored < 500; answer = await send(`full${stored}`))
        stored += 1
      expect(stored).toBeGreaterThan(0)
      expect([answer.status, answer.body.errorType]).toEqual([507, 'error-disk-full'])
      const history = await admin.get('channels.history?roomId=GENERAL&count=100')
      expect(history.status).toBe(200)
      expect(history.body.messages.length).toBeGreaterThanOrEqual(Math.min(stored, 100))
      expect(spawnSync('mount', ['-o', 'remount,size=64m', mounted]).status).toBe(0)
      expect((await send('after')).status).toBe(200)
      program.child.kill('SIGTERM')
      expect(await program.exited).toBe(0)
    },
    60_000,
  )
})
