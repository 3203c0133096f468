// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment */
import fs from 'node:fs'
import { startTestServer, type Json, type RestClient, type TestServer, usePeople } from '../support'
import { authOf, onDisk, sendForm, textFile, until, upload } from './fileSupport'

let test: TestServer
let ann: RestClient
let bob: RestClient
let rid: string

usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))
beforeAll(async () => {
  rid = (await ann.post('groups.create', { name: 'files', members: ['bob'] })).body.group._id
})

/** The callback of a call, which also tells when it was called. */
const passOn =
  (given: readonly unknown[], tell: () => void) =>
  (...result: unknown[]): void => {
    ;(given.at(-1) as (...result: unknown[]) => void)(...result)
    tell()
  }

describe('refused uploads', () => {
  const expectRefused = async (answer: Promise<{ status: number; body: Json }>, text: string) => {
    const before = onDisk(test).sort()
    const { status, body } = await answer
    expect(body.success).toBe(false)
    expect(body.errorType ?? body.error).toBe(text)
    await until(() => onDisk(test).length <= before.length)
    return status
  }
  const withSetting = async (id: string, value: unknown, work: () => Promise<unknown>) => {
    const other = await startTestServer({
      environment: { [`OVERWRITE_SETTING_${id}`]: String(value) },
    })
    const [before, person] = [test, ann]
    test = other
    ann = await other.person('ann')
    try {
      await work()
    } finally {
      test = before
      ann = person
      await other.close()
    }
  }

  it('are those of people without access, of read-only, archived and unknown rooms', async () => {
    const eve = await test.person('eve')
    expect(await expectRefused(upload(test, eve, rid, textFile()), 'unauthorized')).toBe(403)
    expect(await expectRefused(upload(test, ann, 'nowhere', textFile()), 'unauthorized')).toBe(403)
    const { channel } = (await ann.post('channels.create', { name: 'quiet', members: ['bob'] }))
      .body
    await ann.post('channels.setReadOnly', { roomId: channel._id, readOnly: true })
    await expectRefused(
      upload(test, bob, channel._id, textFile()),
      "You can't send messages because the room is readonly.",
    )
    await ann.post('channels.archive', { roomId: channel._id })
    await expectRefused(upload(test, ann, channel._id, textFile()), 'room_is_archived')
    const anonymous = await fetch(`${test.server.url}/api/v1/rooms.media/${rid}`, {
      method: 'POST',
      body: new FormData(),
    })
    expect(anonymous.status).toBe(401)
  })

  it('are those of forbidden types', async () => {
    for (const file of [
      { name: 'a.svg', type: 'image/svg+xml', data: '<svg/>' },
      { name: 'a.svg', type: 'application/octet-stream', data: '<svg/>' },
    ]) {
      await expectRefused(upload(test, ann, rid, file), 'error-invalid-file-type')
    }
    await withSetting('FileUpload_MediaTypeWhiteList', 'image/*, application/pdf', async () => {
      await expectRefused(upload(test, ann, 'GENERAL', textFile()), 'error-invalid-file-type')
      const pdf = { name: 'a.pdf', type: 'application/pdf', data: 'x' }
      expect((await upload(test, ann, 'GENERAL', pdf)).status).toBe(200)
    })
  })

  it('are those that are too large, or switched off', async () => {
    await withSetting('FileUpload_MaxFileSize', 1000, async () => {
      const large = textFile('x'.repeat(300_000))
      await expectRefused(upload(test, ann, 'GENERAL', large), 'error-file-too-large')
      expect((await upload(test, ann, 'GENERAL', textFile('x'.repeat(1000)))).status).toBe(200)
    })
    await withSetting('FileUpload_Enabled', false, async () => {
      await expectRefused(upload(test, ann, 'GENERAL', textFile()), 'error-file-upload-disabled')
    })
    await withSetting('FileUpload_Enabled_Direct', false, async () => {
      const { room } = (await ann.post('im.create', { username: 'root' })).body
      await expectRefused(
        upload(test, ann, room._id, textFile()),
        'error-direct-message-file-upload-not-allowed',
      )
    })
  })

  it('are those of other forms', async () => {
    const path = `rooms.media/${rid}`
    await expectRefused(sendForm(test, ann, path, [{ ...textFile(), field: 'x' }]), 'invalid-field')
    await expectRefused(sendForm(test, ann, path, [], { a: 'b' }), 'error-no-file')
    await expectRefused(
      sendForm(test, ann, path, [textFile(), textFile()]),
      'Just 1 file is allowed',
    )
    const fields = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, 'x']))
    await expectRefused(sendForm(test, ann, path, [textFile()], fields), 'Too many fields')
    await expectRefused(
      sendForm(test, ann, path, [textFile()], { long: 'x'.repeat(300_000) }),
      'A field is too long',
    )
    expect((await ann.post(path, {})).body.error).toBe('Unsupported Content-Type')
    const nameless =
      '--b\r\nContent-Disposition: form-data\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--b--'
    const answer = await fetch(`${test.server.url}/api/v1/${path}`, {
      method: 'POST',
      headers: { ...authOf(ann), 'content-type': 'multipart/form-data; boundary=b' },
      body: nameless,
    })
    expect(((await answer.json()) as Json).errorType).toBe('invalid-field')
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=b']) {
      const answer = await fetch(`${test.server.url}/api/v1/${path}`, {
        method: 'POST',
        headers: { ...authOf(ann), 'content-type': type },
        body: '--b\r\nnothing of this is a form',
      })
      expect(answer.status).toBe(400)
    }
  })

  it('leave nothing where the disk opens the file late', async () => {
    const open = fs.open.bind(fs) as (...given: unknown[]) => void
    const opened: Promise<void>[] = []
    const late = jest.spyOn(fs, 'open').mockImplementation((...given: unknown[]) => {
      const delay = new Promise((resolve) => setTimeout(resolve, 50))
      opened.push(
        delay.then(
          () => new Promise((resolve) => open(...given.slice(0, -1), passOn(given, resolve))),
        ),
      )
    })
    try {
      const before = onDisk(test)
      const form = [textFile(), textFile()]
      const refused = await sendForm(test, ann, `rooms.media/${rid}`, form)
      expect(refused.body.error).toBe('Just 1 file is allowed')
      await Promise.all(opened)
      expect(opened).toHaveLength(1)
      expect(onDisk(test)).toEqual(before)
    } finally {
      late.mockRestore()
    }
  })

  it('are confirmations of unknown files, those of others, and those of other rooms', async () => {
    const { _id } = (await upload(test, ann, rid, textFile())).body.file
    const at = (path: string) => `rooms.mediaConfirm/${path}`
    await expectRefused(ann.post(at(`${rid}/unknown`)), 'invalid-file')
    await expectRefused(ann.post(at(rid)), 'invalid-file')
    await expectRefused(bob.post(at(`${rid}/${_id}`)), 'invalid-file')
    await expectRefused(ann.post(at(`GENERAL/${_id}`)), 'invalid-file')
    await expectRefused(ann.post(at(`${rid}/${_id}`), { surprise: 1 }), 'invalid-params')
    await expectRefused(
      ann.post(at(`${rid}/${_id}`), { msg: 'x'.repeat(6000) }),
      'error-message-size-exceeded',
    )
    expect((await ann.post(at(`${rid}/${_id}`))).status).toBe(200)
  })
})
