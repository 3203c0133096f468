import { Readable } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import { existsSync } from 'node:fs'
import { sendMessage } from '../../../../../server/embedded/domain/sendMessage'
import type { RoomDoc, UserDoc } from '../../../../../server/embedded/documents'
import { confirmUpload } from '../../../../../server/embedded/files/confirmUpload'
import { receiveUpload } from '../../../../../server/embedded/files/receiveUpload'
import { sweepUploads } from '../../../../../server/embedded/files/sweep'
import type { UploadDoc } from '../../../../../server/embedded/storage/uploads'
import { useUsers } from '../appSupport'
import type { TestApp } from '../support'

let test: TestApp
let ann: UserDoc
let room: RoomDoc

useUsers(['ann'], (opened) => ({ test, ann } = opened))
beforeEach(() => {
  room = test.app.store.rooms.get('GENERAL') as RoomDoc
})

/** A request as Node gives it, with one text file in it. */
const request = (): IncomingMessage => {
  const form = [
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n',
    'text\r\n--b--\r\n',
  ]
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  return Object.assign(Readable.from(form.map((part) => Buffer.from(part))), {
    headers,
    complete: true,
  }) as unknown as IncomingMessage
}

const receive = async (): Promise<UploadDoc> =>
  (await receiveUpload(test.app, ann, room, request())).upload

const day = 24 * 60 * 60 * 1000

describe('files when something goes wrong', () => {
  it('are refused with a clear error when the disk is full', async () => {
    const { disk } = test.app.store
    const incoming = disk.incoming.bind(disk)
    disk.incoming = () => '/dev/full'
    await expect(receive()).rejects.toMatchObject({ message: 'error-disk-full', status: 507 })
    disk.incoming = incoming
    expect((await receive()).size).toBe(4)
  })

  it('are refused when their room went while they came', async () => {
    const asked = receive()
    test.app.store.rooms.remove(room._id)
    await expect(asked).rejects.toMatchObject({ message: 'unauthorized', status: 403 })
    expect(test.app.store.uploads.ids()).toEqual([])
  })

  it('stay when a message shows them, though the process ended before they were confirmed', async () => {
    const { _id } = await receive()
    const lost = await receive()
    const sent = sendMessage(test.app, ann, {
      rid: room._id,
      file: { _id },
      files: [{ _id }],
      attachments: [{ title: 'a.txt' }],
    })
    test.clock.advance(day)
    expect(sweepUploads(test.app)).toBe(1)
    const { uploads, disk } = test.app.store
    expect(uploads.get(_id)?.expiresAt).toBeUndefined()
    expect(uploads.messageOf(_id)).toBe(sent?._id)
    expect(uploads.get(lost._id)).toBeUndefined()
    expect(existsSync(disk.pathOf(_id))).toBe(true)
  })

  it('are taken from one person up to a hundred until a message shows them, ten at a time', async () => {
    const refused = { code: 'error-too-many-uploads' }
    const together = await Promise.allSettled(Array.from({ length: 12 }, receive))
    expect(together.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
    const reasons = together.flatMap((one) =>
      one.status === 'rejected' ? [one.reason as unknown] : [],
    )
    expect(reasons).toMatchObject([refused, refused])
    for (let count = 10; count < 100; count += 1) await receive()
    await expect(receive()).rejects.toMatchObject(refused)
    const bob = test.user('bob')
    expect((await receiveUpload(test.app, bob, room, request())).upload.size).toBe(4)
    const [first = ''] = test.app.store.uploads.ofUser(ann._id)
    confirmUpload(test.app, ann, test.app.store.uploads.get(first)!, {})
    expect((await receive()).size).toBe(4)
    await expect(receive()).rejects.toMatchObject(refused)
    test.clock.advance(day)
    sweepUploads(test.app)
    expect((await receive()).size).toBe(4)
  })

  it('have ids that are no paths', () => {
    const { disk } = test.app.store
    for (const id of ['..', '../x', 'a/b', '', 'a.b', 'x'.repeat(65)]) {
      expect(() => disk.pathOf(id)).toThrow(RangeError)
      expect(() => disk.incoming(id)).toThrow(RangeError)
    }
  })
})
