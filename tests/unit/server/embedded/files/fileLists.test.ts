// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call */
import {
  fakeClock,
  openDdp,
  type Json,
  type RestClient,
  type TestServer,
  usePeople,
} from '../support'
import { authOf, download, noise, onDisk, share, textFile, until, upload } from './fileSupport'

let test: TestServer
let ann: RestClient
let bob: RestClient

const clock = fakeClock(Date.now())
usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened), { clock })

const newGroup = async (name: string): Promise<string> =>
  (await ann.post('groups.create', { name, members: ['bob', 'root'] })).body.group._id
const picture = async () => ({
  name: 'b.png',
  type: 'image/png',
  data: await noise(20, 10).png().toBuffer(),
})
const names = (body: Json): string[] => body.files.map((file: Json) => file.name)

describe('lists of files', () => {
  let rid: string

  beforeAll(async () => {
    rid = await newGroup('lists')
    await share(test, ann, rid, textFile('1', 'c.txt'))
    clock.advance(1000)
    await share(test, bob, rid, await picture())
    clock.advance(1000)
    await share(test, ann, rid, textFile('333', 'a.txt'))
    clock.advance(1000)
    await upload(test, ann, rid, textFile('4', 'unsent.txt'))
  })

  it('show every file of a room, by name, with who sent it', async () => {
    const { body } = await bob.get(`groups.files?roomId=${rid}`)
    expect(names(body)).toEqual(['a.txt', 'b.png', 'c.txt', 'unsent.txt'])
    expect([body.count, body.offset, body.total]).toEqual([4, 0, 4])
    expect(body.files[1]).toMatchObject({
      rid,
      type: 'image/png',
      typeGroup: 'image',
      complete: true,
      userId: bob.userId,
      user: { _id: bob.userId, username: 'bob', name: 'BOB' },
      identify: { format: 'png', size: { width: 20, height: 10 } },
      path: `/file-upload/${body.files[1]._id}/b.png`,
      url: `${test.server.url}/file-upload/${body.files[1]._id}/b.png`,
    })
  })

  it('are filtered, sorted and paged', async () => {
    const ask = async (query: string) =>
      names((await ann.get(`groups.files?roomId=${rid}&${query}`)).body)
    expect(await ask('name=B.P')).toEqual(['b.png'])
    expect(await ask('name=%25')).toEqual([])
    expect(await ask('typeGroup=text')).toEqual(['a.txt', 'c.txt', 'unsent.txt'])
    expect(await ask('typeGroup=thumb')).toEqual(['thumb-b.png'])
    expect(await ask('onlyConfirmed=true')).toEqual(['a.txt', 'b.png', 'c.txt'])
    expect(await ask('sort={"uploadedAt":-1}&count=2&offset=1')).toEqual(['a.txt', 'b.png'])
    expect(await ask('sort={"size":1,"name":-1}&typeGroup=text')).toEqual([
      'unsent.txt',
      'c.txt',
      'a.txt',
    ])
  })

  it('exist for channels and direct messages, also as dm', async () => {
    await share(test, ann, 'GENERAL', textFile('1', 'g.txt'))
    expect(names((await bob.get('channels.files?roomName=general')).body)).toEqual(['g.txt'])
    const { room } = (await ann.post('im.create', { username: 'bob' })).body
    await share(test, ann, room._id, textFile('1', 'd.txt'))
    expect(names((await bob.get('im.files?username=ann')).body)).toEqual(['d.txt'])
    expect(names((await bob.get(`dm.files?roomId=${room._id}`)).body)).toEqual(['d.txt'])
  })

  it('of pictures start where one asks', async () => {
    clock.advance(1000)
    const second = await share(test, ann, rid, { ...(await picture()), name: 'later.png' })
    const all = (await bob.get(`rooms.images?roomId=${rid}`)).body
    expect(names(all)).toEqual(['later.png', 'b.png'])
    const first = all.files[1]._id
    const from = (id: string) => bob.get(`rooms.images?roomId=${rid}&startingFromId=${id}`)
    expect(names((await from(first)).body)).toEqual(['b.png'])
    expect(names((await from(second.file._id)).body)).toEqual(['later.png', 'b.png'])
    expect((await from('unknown')).body).toMatchObject({ files: [], total: 0 })
  })

  it('are refused to who is not in the room, and with parameters that are wrong', async () => {
    const eve = await test.person('eve')
    const refusals: [RestClient, string, string][] = [
      [eve, `groups.files?roomId=${rid}`, 'error-room-not-found'],
      [eve, `channels.files?roomId=${rid}`, 'error-room-not-found'],
      [eve, `im.files?username=nobody`, 'invalid-channel'],
      [eve, `rooms.images?roomId=${rid}`, 'unauthorized'],
      [ann, `rooms.images`, 'error-invalid-params'],
      [ann, `groups.files?roomId=${rid}&surprise=1`, 'error-invalid-params'],
      [ann, `groups.files?roomId=${rid}&sort=x`, 'error-invalid-sort'],
    ]
    for (const [person, path, code] of refusals) {
      const { status, body } = await person.get(path)
      expect([path, body.errorType ?? body.error]).toEqual([path, code])
      expect(status).toBeGreaterThanOrEqual(400)
    }
    expect((await test.anonymous.get(`groups.files?roomId=${rid}`)).status).toBe(401)
  })
})

describe('files go', () => {
  const gone = async (message: Json): Promise<void> => {
    const link = message.attachments[0].title_link
    expect((await download(test, link, authOf(ann))).status).toBe(404)
    const ids = message.files.map((file: Json) => file._id)
    await until(() => onDisk(test).every((name) => !ids.includes(name)))
  }

  it('with their message', async () => {
    const rid = await newGroup('deleted')
    const message = await share(test, ann, rid, await picture())
    const kept = await share(test, ann, rid, textFile())
    await ann.post('chat.delete', { roomId: rid, msgId: message._id })
    await gone(message)
    expect((await download(test, kept.attachments[0].title_link, authOf(ann))).status).toBe(200)
    expect((await ann.get(`groups.files?roomId=${rid}`)).body.total).toBe(1)
  })

  it('when a deletion names the file', async () => {
    const rid = await newGroup('byfile')
    const message = await share(test, ann, rid, textFile())
    const fileId = message.file._id
    expect((await bob.post('chat.delete', { fileId })).body.errorType).toBe(
      'error-action-not-allowed',
    )
    const { status, body } = await ann.post('chat.delete', { fileId })
    expect([status, body._id]).toEqual([200, message._id])
    expect((await ann.get(`chat.getMessage?msgId=${message._id}`)).status).toBe(400)
    await gone(message)
    const again = await ann.post('chat.delete', { fileId })
    expect(again.body.error).toBe(`No message found with the file id of "${fileId}".`)
  })

  it('from a root of a thread that stays as an empty line', async () => {
    const rid = await newGroup('root')
    const message = await share(test, ann, rid, textFile())
    await bob.post('chat.sendMessage', { message: { rid, msg: 'reply', tmid: message._id } })
    await ann.post('chat.delete', { roomId: rid, msgId: message._id })
    const left = (await ann.get(`chat.getMessage?msgId=${message._id}`)).body.message
    expect([left.t, left.file, left.files, left.attachments]).toEqual([
      'rm',
      undefined,
      undefined,
      [],
    ])
    await gone(message)
  })

  it('alone, with a mark in the message', async () => {
    const rid = await newGroup('alone')
    const message = await share(test, ann, rid, await picture(), { msg: 'caption' })
    const fileId = message.file._id
    expect((await bob.post('uploads.delete', { fileId })).status).toBe(403)
    const { body } = await ann.post('uploads.delete', { fileId })
    expect(body.deletedFiles.sort()).toEqual(message.files.map((file: Json) => file._id).sort())
    const left = (await ann.get(`chat.getMessage?msgId=${message._id}`)).body.message
    expect(left).toMatchObject({ msg: 'caption', attachments: [{ type: 'removed-file' }] })
    expect(left.files).toBeUndefined()
    await gone(message)
    const unsent = (await upload(test, ann, rid, textFile())).body.file
    expect((await bob.post('uploads.delete', { fileId: unsent._id })).status).toBe(403)
    expect((await ann.post('uploads.delete', { fileId: unsent._id })).body.deletedFiles).toEqual([
      unsent._id,
    ])
    expect((await ann.post('uploads.delete', { fileId: unsent._id })).body.errorType).toBe(
      'invalid-file',
    )
  })

  it('with their room', async () => {
    const rid = await newGroup('erased')
    const message = await share(test, ann, rid, await picture())
    await ann.post('groups.delete', { roomId: rid })
    await gone(message)
  })

  it('with the account that sent them', async () => {
    const rid = await newGroup('account')
    const zoe = await test.person('zoe')
    await ann.post('groups.invite', { roomId: rid, userId: zoe.userId })
    const message = await share(test, zoe, rid, textFile())
    const unsent = (await upload(test, zoe, rid, textFile())).body.file
    expect((await test.admin.post('users.delete', { userId: zoe.userId })).status).toBe(200)
    await gone(message)
    await until(() => !onDisk(test).includes(unsent._id))
  })

  it('with a history that is pruned, or out of it', async () => {
    const rid = await newGroup('pruned')
    const socket = await openDdp(test.server.url, bob)
    await socket.subscribe('stream-notify-room', `${rid}/deleteMessageBulk`, false)
    const message = await share(test, ann, rid, await picture(), { msg: 'stays' })
    const span = { roomId: rid, oldest: '2000-01-01', latest: '2100-01-01' }
    const pruned = await test.admin.post('rooms.cleanHistory', { ...span, filesOnly: true })
    expect(pruned.body.count).toBe(1)
    const told = await socket.event('stream-notify-room', `${rid}/deleteMessageBulk`)
    expect(told.fields.args[0]).toMatchObject({ rid, filesOnly: true, ids: [message._id] })
    const left = (await ann.get(`chat.getMessage?msgId=${message._id}`)).body.message
    expect([left.msg, left.attachments[0].type]).toEqual(['stays', 'removed-file'])
    await gone(message)
    const second = await share(test, ann, rid, textFile())
    await test.admin.post('rooms.cleanHistory', span)
    await gone(second)
    socket.close()
  })
})
