// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call */
import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import sharp from 'sharp'
import {
  fakeClock,
  openDdp,
  type Json,
  type RestClient,
  type TestServer,
  usePeople,
} from '../support'
import {
  authOf,
  download,
  noise,
  onDisk,
  sendForm,
  share,
  textFile,
  until,
  upload,
} from './fileSupport'

let test: TestServer
let ann: RestClient
let bob: RestClient
let rid: string

const clock = fakeClock(Date.now())
usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened), { clock })
beforeAll(async () => {
  rid = (await ann.post('groups.create', { name: 'files', members: ['bob'] })).body.group._id
})

describe('the two steps of an upload', () => {
  it('show a text file as a message with a link', async () => {
    const { status, body } = await upload(test, ann, rid, textFile())
    expect(status).toBe(200)
    const { _id, url } = body.file
    expect(url).toBe(`/file-upload/${_id}/note.txt`)
    const confirmed = await ann.post(`rooms.mediaConfirm/${rid}/${_id}`, {
      msg: 'look @bob',
      description: 'a note',
    })
    const { message } = confirmed.body
    const file = { _id, name: 'note.txt', type: 'text/plain', size: 5, format: 'txt' }
    expect(message).toMatchObject({
      rid,
      msg: 'look @bob',
      file,
      files: [file],
      groupable: false,
      mentions: [{ username: 'bob' }],
      attachments: [
        {
          type: 'file',
          fileId: _id,
          title: 'note.txt',
          title_link: url,
          title_link_download: true,
          format: 'TXT',
          size: 5,
          description: 'a note',
        },
      ],
    })
    expect(await (await download(test, url, authOf(bob))).text()).toBe('hello')
  })

  it('cause the events and counters of any message', async () => {
    const socket = await openDdp(test.server.url, bob)
    await socket.subscribe('stream-room-messages', rid, false)
    await socket.subscribe('stream-notify-user', `${bob.userId}/subscriptions-changed`, false)
    const root = (await ann.post('chat.postMessage', { roomId: rid, text: 'root' })).body.message
    const reply = await share(test, ann, rid, textFile(), { tmid: root._id, msg: '@bob' })
    expect(reply.tmid).toBe(root._id)
    const told = await socket.next(
      (frame) =>
        frame.collection === 'stream-room-messages' && frame.fields.args[0]._id === reply._id,
    )
    expect(told.fields.args[0].file.name).toBe('note.txt')
    const counted = await socket.next(
      (frame) =>
        frame.collection === 'stream-notify-user' &&
        frame.fields.args[1].tunreadUser?.includes(root._id) === true,
    )
    expect(counted.fields.args[0]).toBe('updated')
    const parent = (await ann.get(`chat.getMessage?msgId=${root._id}`)).body.message
    expect(parent.tcount).toBe(1)
    socket.close()
  })

  it('make audio and video attachments by media type, and find the type by the extension', async () => {
    const kinds: [string, string, string][] = [
      ['a.mp3', 'audio/mpeg', 'audio'],
      ['a.mp4', 'video/mp4', 'video'],
      ['a.ogg', 'application/octet-stream', 'audio'],
    ]
    for (const [name, type, kind] of kinds) {
      const [shown] = (await share(test, ann, rid, { name, type, data: 'xyz' })).attachments
      expect(shown[`${kind}_url`]).toBe(shown.title_link)
      expect(shown[`${kind}_size`]).toBe(3)
    }
  })

  it('post again when they are confirmed again, with another name if one is given', async () => {
    const { _id } = (await upload(test, ann, rid, textFile())).body.file
    const first = await ann.post(`rooms.mediaConfirm/${rid}/${_id}`)
    const second = await ann.post(`rooms.mediaConfirm/${rid}/${_id}`, { fileName: '王芳 1.txt' })
    expect(second.body.message._id).not.toBe(first.body.message._id)
    expect(second.body.message.file.name).toBe('王芳 1.txt')
    expect(second.body.message.attachments[0].title_link).toBe(
      `/file-upload/${_id}/${encodeURIComponent('王芳 1.txt')}`,
    )
  })

  it('are one with rooms.upload, as older clients send it', async () => {
    const fields = { msg: 'old', description: 'd', customFields: '{"a":1}' }
    const { status, body } = await sendForm(test, ann, `rooms.upload/${rid}`, [textFile()], fields)
    expect(status).toBe(200)
    expect(body.message).toMatchObject({ msg: 'old', customFields: { a: 1 } })
    expect(body.message.attachments[0].description).toBe('d')
    const before = onDisk(test).length
    const bad = await sendForm(test, ann, `rooms.upload/${rid}`, [textFile()], {
      customFields: '{',
    })
    expect([bad.status, bad.body.errorType]).toEqual([400, 'invalid-params'])
    await until(() => onDisk(test).length === before)
  })
})

describe('pictures', () => {
  const picture = async (name: string, data: Buffer, type = 'image/png') =>
    share(test, ann, rid, { name, type, data })

  it('get a thumbnail that fits into 480x360, dimensions and a preview', async () => {
    const message = await picture('cat.png', await noise(960, 480).png().toBuffer())
    const [shown] = message.attachments
    expect(message.files).toHaveLength(2)
    expect(message.files[1]).toMatchObject({ name: 'thumb-cat.png', typeGroup: 'thumb' })
    expect(shown.image_dimensions).toEqual({ width: 480, height: 240 })
    expect(shown.image_url).toBe(`/file-upload/${message.files[1]._id}/cat.png`)
    const preview = await sharp(Buffer.from(shown.image_preview, 'base64')).metadata()
    expect([preview.format, preview.width, preview.height]).toEqual(['jpeg', 32, 16])
    const thumb = await (await download(test, shown.image_url, authOf(bob))).arrayBuffer()
    expect((await sharp(Buffer.from(thumb)).metadata()).width).toBe(480)
  })

  it('are turned upright and lose what the camera noted', async () => {
    const data = await noise(60, 30)
      .withExif({ IFD0: { Copyright: 'secret place' }, IFD3: { GPSLatitudeRef: 'N' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const message = await picture('photo.jpg', data, 'image/jpeg')
    const sent = await (
      await download(test, message.attachments[0].title_link, authOf(bob))
    ).arrayBuffer()
    const kept = await sharp(Buffer.from(sent)).metadata()
    expect([kept.width, kept.height, kept.exif, kept.orientation]).toEqual([
      30,
      60,
      undefined,
      undefined,
    ])
    expect(message.file.size).toBe(sent.byteLength)
  })

  it('that are broken, hostile or no pictures at all are ordinary files', async () => {
    const whole = await noise(200, 200).jpeg().toBuffer()
    const bomb = await sharp({
      create: { width: 12_000, height: 12_000, channels: 3, background: '#000' },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 9 })
      .toBuffer()
    const claims = Buffer.from(await noise(8, 8).png().toBuffer())
    claims.writeUInt32BE(0x7fffffff, 16)
    const cases: [string, Buffer][] = [
      ['cut.jpg', whole.subarray(0, 900)],
      ['bomb.png', bomb],
      ['claims.png', claims],
      ['text.png', Buffer.from('not a picture')],
      ['svg.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
      ['empty.png', Buffer.alloc(0)],
    ]
    for (const [name, data] of cases) {
      const message = await picture(name, data, 'image/png')
      expect(message.files).toHaveLength(1)
      expect(message.attachments[0].image_url).toBeUndefined()
      expect(message.attachments[0].size).toBe(data.length)
      const answer = await download(test, message.attachments[0].title_link, authOf(bob))
      expect(Buffer.from(await answer.arrayBuffer()).equals(data)).toBe(true)
    }
  })
})

describe('names of files', () => {
  it('are data, never a path', async () => {
    const names = ['../../../evil.txt', '..\\..\\evil.txt', '/etc/passwd', '..', 'a\u0000b.txt']
    for (const name of names) {
      const { body } = await upload(test, ann, rid, textFile('x', name))
      const shown = decodeURIComponent(body.file.url.split('/')[3])
      expect(shown).not.toMatch(/[/\\\0]/)
      expect(onDisk(test)).toContain(body.file._id)
    }
    expect(onDisk(test).every((name) => /^[0-9A-Za-z]{17}$/.test(name))).toBe(true)
  })

  it('reach the one who saves the file, whatever is in them', async () => {
    const name = `王芳's "5%" photo\u202etxt.exe`
    const { url } = (await upload(test, ann, rid, textFile('x', name))).body.file
    const answer = await download(test, `${url}?download`, authOf(bob))
    const header = answer.headers.get('content-disposition') ?? ''
    expect(header).toMatch(/^attachment; filename="[ -~]+"; filename\*=UTF-8''[\w.%~-]+$/)
    expect(decodeURIComponent(header.split("''")[1] ?? '')).toBe(`王芳's "5%" phototxt.exe`)
  })
})

describe('uploads that do not end well', () => {
  it('leave nothing when the sender goes away', async () => {
    const before = onDisk(test).length
    const target = new URL(`${test.server.url}/api/v1/rooms.media/${rid}`)
    const headers = { ...authOf(ann), 'content-type': 'multipart/form-data; boundary=b' }
    const sending = httpRequest(target, { method: 'POST', headers })
    sending.on('error', () => undefined)
    const head =
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
    sending.write(head + 'x'.repeat(100_000))
    await until(() => onDisk(test).length === before + 1)
    sending.destroy()
    await until(() => onDisk(test).length === before)
    expect(onDisk(test)).toHaveLength(before)
  })

  it('vanish after 24 hours when nobody confirms them', async () => {
    const data = await noise(50, 50).png().toBuffer()
    const { _id, url } = (await upload(test, ann, rid, { name: 'a.png', type: 'image/png', data }))
      .body.file
    const sent = await share(test, ann, rid, textFile('stays'))
    expect(onDisk(test)).toContain(_id)
    clock.advance(24 * 60 * 60 * 1000 - 1000)
    expect((await download(test, url, authOf(ann))).status).toBe(200)
    clock.advance(11 * 60 * 1000)
    expect((await download(test, url, authOf(ann))).status).toBe(404)
    expect((await ann.post(`rooms.mediaConfirm/${rid}/${_id}`)).body.errorType).toBe('invalid-file')
    await until(() => !onDisk(test).includes(_id))
    const kept = await download(test, sent.attachments[0].title_link, authOf(ann))
    expect(await kept.text()).toBe('stays')
  })
})

describe('large files', () => {
  it('come and go in a bounded part of memory', async () => {
    const size = 50 * 1024 * 1024
    const chunk = Buffer.alloc(64 * 1024, 'a')
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss)
    }, 5)
    const head = Buffer.from(
      '--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n',
    )
    const parts = function* (): Generator<Buffer> {
      yield head
      for (let sent = 0; sent < size; sent += chunk.length) yield chunk
      yield Buffer.from('\r\n--b--\r\n')
    }
    const start = process.memoryUsage().rss
    const answer = await new Promise<Json>((resolve, reject) => {
      const headers = { ...authOf(ann), 'content-type': 'multipart/form-data; boundary=b' }
      const sending = httpRequest(
        `${test.server.url}/api/v1/rooms.media/${rid}`,
        { method: 'POST', headers },
        (response) => {
          let text = ''
          response.on('data', (part: Buffer) => (text += part.toString()))
          response.on('end', () => resolve(JSON.parse(text) as Json))
        },
      )
      sending.on('error', reject)
      Readable.from(parts()).pipe(sending)
    })
    const response = await download(test, answer.file.url, authOf(ann))
    let received = 0
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      received += part.length
    }
    clearInterval(watch)
    expect(received).toBe(size)
    // Less than the file: nobody holds it as a whole.
    expect(peak - start).toBeLessThan(size)
  })
})
