// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-return */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { fetchAvatar } from '../../../../../server/embedded/avatar/setAvatar'
import {
  openDdp,
  openTestApp,
  startTestServer,
  type DdpClient,
  type Json,
  type RestClient,
  type TestServer,
  usePeople,
} from '../support'
import { authOf, noise, sendForm } from './fileSupport'

let test: TestServer
let ann: RestClient
let bob: RestClient
let socket: DdpClient
let face: Buffer

afterAll(() => socket.close())
usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))
beforeAll(async () => {
  face = await noise(300, 200).jpeg().toBuffer()
  socket = await openDdp(test.server.url, bob)
  await socket.subscribe('stream-notify-logged', 'updateAvatar', false)
})

const image = (data: Buffer, name = 'face.jpg') => ({
  name,
  type: 'image/jpeg',
  data,
  field: 'image',
})
const setAvatar = (
  person: RestClient,
  data: Buffer = face,
  fields: Record<string, string> = {},
  on: TestServer = test,
) => sendForm(on, person, 'users.setAvatar', [image(data)], fields)
const look = (path: string, headers: Record<string, string> = {}) => {
  const url = new URL(`${test.server.url}${path}`)
  url.searchParams.set('rc_uid', bob.userId)
  url.searchParams.set('rc_token', bob.token)
  return fetch(url, { headers })
}
const metaOf = async (answer: Response) => {
  const { format, width, height } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata()
  return [format, width, height]
}
const told = async (event: string): Promise<Json> =>
  (await socket.event('stream-notify-logged', event)).fields.args[0]

describe('uploaded avatars', () => {
  it('are shown by name and id, in every size and format, and everybody is told', async () => {
    await socket.subscribe('stream-notify-user', `${bob.userId}/userData`, false)
    expect(await setAvatar(bob)).toMatchObject({ status: 200, body: { success: true } })
    const { user } = (await ann.get('users.info?username=bob')).body
    expect(user.avatarETag).toMatch(/^\w{17}$/)
    expect(await told('updateAvatar')).toEqual({ username: 'bob', etag: user.avatarETag })
    const own = await socket.event('stream-notify-user', `${bob.userId}/userData`)
    expect(own.fields.args[0].diff.avatarETag).toBe(user.avatarETag)
    for (const path of ['/avatar/bob', `/avatar/uid/${bob.userId}`, '/avatar/BOB']) {
      expect(await metaOf(await look(path))).toEqual(['jpeg', 200, 200])
    }
    expect(await metaOf(await look('/avatar/bob?size=64'))).toEqual(['jpeg', 64, 64])
    expect(await metaOf(await look('/avatar/bob?size=99999'))).toEqual(['jpeg', 1024, 1024])
    expect(await metaOf(await look('/avatar/bob?format=png&size=20'))).toEqual(['png', 20, 20])
    expect((await look('/avatar/@bob')).headers.get('content-type')).toBe('image/svg+xml')
  })

  it('keep their transparency, and letters can be JPEG', async () => {
    const glass = { r: 0, g: 0, b: 0, alpha: 0.5 }
    const data = await sharp({
      create: { width: 40, height: 40, channels: 4, background: glass },
    })
      .png()
      .toBuffer()
    await setAvatar(bob, data)
    expect(await metaOf(await look('/avatar/bob'))).toEqual(['png', 40, 40])
    expect(await metaOf(await look('/avatar/@zoe?format=jpg&size=50'))).toEqual(['jpeg', 50, 50])
  })

  it('are cached by tag and time', async () => {
    const first = await look('/avatar/bob')
    const etag = first.headers.get('etag') ?? ''
    const modified = first.headers.get('last-modified') ?? ''
    expect(first.headers.get('cache-control')).toBe('public, max-age=3600')
    expect((await look('/avatar/bob', { 'if-none-match': etag })).status).toBe(304)
    expect((await look('/avatar/bob', { 'if-modified-since': modified })).status).toBe(304)
    const letters = { 'if-modified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' }
    expect((await look('/avatar/bob', letters)).status).toBe(200)
    await setAvatar(bob)
    expect((await look('/avatar/bob', { 'if-none-match': etag })).status).toBe(200)
    expect((await fetch(`${test.server.url}/avatar/bob`)).status).toBe(403)
  })

  it('become letters again', async () => {
    await setAvatar(bob)
    expect((await bob.post('users.resetAvatar')).status).toBe(200)
    await socket.next(
      (frame) =>
        frame.fields?.eventName === 'updateAvatar' && frame.fields.args[0].etag === undefined,
    )
    expect((await look('/avatar/bob')).headers.get('content-type')).toBe('image/svg+xml')
    expect((await ann.get('users.info?username=bob')).body.user.avatarETag).toBeUndefined()
  })

  it('of others are set by administrators only', async () => {
    const refused = await setAvatar(ann, face, { userId: bob.userId })
    expect([refused.status, refused.body.errorType]).toEqual([400, 'error-not-allowed'])
    expect((await ann.post('users.resetAvatar', { username: 'bob' })).body.error).toBe(
      'Reset avatar is not allowed [error-not-allowed]',
    )
    expect((await setAvatar(test.admin, face, { username: 'bob' })).status).toBe(200)
    expect((await test.admin.post('users.resetAvatar', { userId: bob.userId })).status).toBe(200)
    expect((await setAvatar(test.admin, face, { username: 'nobody' })).body.errorType).toBe(
      'error-invalid-user',
    )
  })

  it('are refused when they are no pictures, too large, absent or switched off', async () => {
    const invalid = [Buffer.from('<svg/>'), face.subarray(0, 100), Buffer.alloc(0)]
    for (const data of invalid) {
      expect((await setAvatar(bob, data)).body.errorType).toBe('error-invalid-image')
    }
    expect((await setAvatar(bob, Buffer.alloc(11 * 1024 * 1024))).body.errorType).toBe(
      'error-file-too-large',
    )
    expect((await sendForm(test, bob, 'users.setAvatar', [], { a: 'b' })).body.error).toBe(
      "The 'image' file is required",
    )
    expect((await bob.post('users.setAvatar', {})).body.errorType).toBe('invalid-params')
    expect((await bob.post('users.setAvatar', '{')).status).toBe(400)
    const environment = { OVERWRITE_SETTING_Accounts_AllowUserAvatarChange: 'false' }
    const other = await startTestServer({ environment })
    const person = await other.person('ann')
    expect((await setAvatar(person, face, {}, other)).body.errorType).toBe('error-not-allowed')
    expect((await person.post('users.resetAvatar')).body.errorType).toBe('error-not-allowed')
    await other.close()
  })

  it('have an address and no suggestions', async () => {
    const headers = authOf(ann)
    const get = { headers, redirect: 'manual' as const }
    const answer = await fetch(`${test.server.url}/api/v1/users.getAvatar?username=bob`, get)
    expect(answer.status).toBe(307)
    expect(answer.headers.get('location')).toBe(`${test.server.url}/avatar/bob`)
    expect((await ann.get('users.getAvatarSuggestion')).body.suggestions).toEqual({})
    expect((await ann.get('users.getAvatar?username=nobody')).body.errorType).toBe(
      'error-invalid-user',
    )
  })
})

describe('avatars by address', () => {
  let outside: Server
  let port: number

  beforeAll(async () => {
    outside = createServer((request, response) => {
      const type = request.url === '/page' ? 'text/html' : 'image/jpeg'
      response.writeHead(request.url === '/missing' ? 404 : 200, { 'content-type': type }).end(face)
    })
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
    port = (outside.address() as AddressInfo).port
  })
  afterAll(() => new Promise((resolve) => outside.close(resolve)))

  it('come from public addresses only', async () => {
    const inside = [`http://127.0.0.1:${port}/face`, 'file:///etc/passwd', 'http://localhost/', 'x']
    for (const avatarUrl of inside) {
      const { status, body } = await bob.post('users.setAvatar', { avatarUrl })
      expect([status, body.errorType]).toEqual([400, 'error-avatar-invalid-url'])
    }
  })

  it('are taken when a picture answers', async () => {
    const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }])
    const options = { ports: [port], resolve, allow: () => true }
    const at = (path: string) => fetchAvatar(`http://outside.test:${port}/${path}`, options)
    expect((await at('face')).equals(face)).toBe(true)
    for (const path of ['page', 'missing']) {
      await expect(at(path)).rejects.toMatchObject({ code: 'error-avatar-invalid-url' })
    }
  })
})

describe('avatars of rooms', () => {
  const save = (person: RestClient, rid: string, roomAvatar: unknown) =>
    person.post('rooms.saveRoomSettings', { rid, roomAvatar })
  const uri = () => `data:image/jpeg;base64,${face.toString('base64')}`

  it('are set, announced, told in the room and taken away', async () => {
    const { group } = (await ann.post('groups.create', { name: 'pictured' })).body
    expect((await save(ann, group._id, uri())).body).toMatchObject({ rid: group._id })
    const { room } = (await ann.get(`rooms.info?roomId=${group._id}`)).body
    const next = await socket.next(
      (frame) =>
        frame.fields?.eventName === 'updateAvatar' && frame.fields.args[0].rid !== undefined,
    )
    expect(next.fields.args[0]).toEqual({ rid: group._id, etag: room.avatarETag })
    const history = (await ann.get(`groups.history?roomId=${group._id}`)).body.messages
    expect(history[0].t).toBe('room_changed_avatar')
    expect(await metaOf(await look(`/avatar/room/${group._id}`))).toEqual(['jpeg', 200, 200])
    await save(ann, group._id, null)
    expect((await look(`/avatar/room/${group._id}`)).headers.get('content-type')).toBe(
      'image/svg+xml',
    )
    expect((await ann.get(`rooms.info?roomId=${group._id}`)).body.room.avatarETag).toBeUndefined()
  })

  it('are refused to who may not edit the room, and when they are no pictures', async () => {
    expect((await save(bob, 'GENERAL', uri())).body.errorType).toBe('error-action-not-allowed')
    for (const wrong of ['data:text/html,x', 'http://127.0.0.1/', 'data:image/png;base64,AAAA']) {
      expect((await save(test.admin, 'GENERAL', wrong)).body.errorType).toBe('error-invalid-image')
    }
    expect((await look('/avatar/room/GENERAL')).headers.get('content-type')).toBe('image/svg+xml')
  })
})

describe('work on pictures', () => {
  it('goes on after one that cannot be decoded', async () => {
    const inside = openTestApp()
    const { images } = inside.app
    const [broken, whole] = await Promise.all([
      images.avatar(face.subarray(0, 200)),
      images.avatar(face),
    ])
    expect([broken, whole?.type]).toEqual([undefined, 'image/jpeg'])
    expect(await images.facts('/no/such/file')).toBeUndefined()
    inside.close()
  })
})
