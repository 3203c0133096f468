// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment */
import { writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { SignJWT } from 'jose'
import { byteRange } from '../../../../../server/embedded/files/byteRange'
import {
  overwriting,
  removeDir,
  startTestServer,
  type RestClient,
  type TestServer,
  usePeople,
} from '../support'
import { authOf, download, onDisk, share, textFile, upload } from './fileSupport'

const secret = 'secret of the workspace'

let test: TestServer
let ann: RestClient
let bob: RestClient
let eve: RestClient
let rid: string
let path: string
let id: string

const startWith = (settings: Record<string, string> = {}): Promise<TestServer> =>
  startTestServer({ environment: overwriting(settings) })

usePeople(['ann', 'bob', 'eve'], (opened) => ({ test, ann, bob, eve } = opened), {
  environment: overwriting({ FileUpload_json_web_token_secret_for_files: secret }),
})
beforeAll(async () => {
  rid = (await ann.post('groups.create', { name: 'files', members: ['bob'] })).body.group._id
  const message = await share(test, ann, rid, textFile('0123456789'))
  path = message.attachments[0].title_link
  id = message.file._id
})

describe('who may download a file', () => {
  const status = async (query = '', headers: Record<string, string> = {}) =>
    (await download(test, `${path}${query}`, headers)).status
  const inQuery = (person: RestClient) => `?rc_uid=${person.userId}&rc_token=${person.token}`
  const inCookie = (person: RestClient) => ({
    cookie: `rc_uid=${person.userId}; rc_token=${person.token}`,
  })

  it('is a member who says so by headers, query or cookie', async () => {
    expect(await status('', authOf(bob))).toBe(200)
    expect(await status(inQuery(bob))).toBe(200)
    expect(await status('', inCookie(bob))).toBe(200)
  })

  it('is nobody else', async () => {
    expect(await status()).toBe(403)
    for (const query of ['', inQuery(eve)]) {
      expect(await status(query, query === '' ? authOf(eve) : {})).toBe(403)
    }
    expect(await status('', { 'x-auth-token': bob.token, 'x-user-id': ann.userId })).toBe(403)
    expect(await status('?rc_uid=%E0&rc_token=x')).toBe(403)
    const refused = await download(test, path)
    expect(await refused.text()).toBe('')
    expect((await download(test, '/file-upload/unknown/x', authOf(bob))).status).toBe(404)
    expect((await download(test, '/file-upload/', authOf(bob))).status).toBe(404)
    expect(
      (await download(test, '/file-upload/..%2f..%2frocketchat.db/x', authOf(bob))).status,
    ).toBe(404)
  })

  it('is decided by the first place that names somebody', async () => {
    expect(await status(inQuery(eve), authOf(bob))).toBe(403)
    expect(await status(inQuery(bob), authOf(eve))).toBe(200)
  })

  it('is who has a token for this file', async () => {
    const sign = (context: object, key = secret, expires = '1h') =>
      new SignJWT({ context })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime(expires)
        .sign(new TextEncoder().encode(key))
    const right = { rid, fileId: id, userId: ann.userId }
    expect(await status(`?token=${await sign(right)}`)).toBe(200)
    const wrong = [
      await sign({ ...right, fileId: 'other' }),
      await sign({ ...right, rid: 'GENERAL' }),
      await sign(right, 'another secret'),
      await sign(right, secret, '-1h'),
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ context: right })).toString('base64url')}.`,
      'x',
    ]
    for (const token of wrong) expect(await status(`?token=${token}`)).toBe(403)
  })

  it('is nobody by token while the workspace has no secret', async () => {
    const other = await startWith()
    const owner = await other.person('ann')
    const message = await share(other, owner, 'GENERAL', textFile())
    const token = await new SignJWT({ context: { rid: 'GENERAL', fileId: message.file._id } })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new Uint8Array(1))
    const asked = `${message.attachments[0].title_link}?token=${token}`
    expect((await download(other, asked)).status).toBe(403)
    await other.close()
  })

  it('is wider when settings say so', async () => {
    const cases: [Record<string, string>, number, number][] = [
      [{ FileUpload_Restrict_to_room_members: 'false' }, 200, 403],
      [
        {
          FileUpload_Restrict_to_room_members: 'false',
          FileUpload_Restrict_to_users_who_can_access_room: 'true',
        },
        403,
        403,
      ],
      [{ FileUpload_ProtectFiles: 'false' }, 200, 200],
    ]
    for (const [settings, forStranger, forAnybody] of cases) {
      const other = await startWith(settings)
      const owner = await other.person('ann')
      const stranger = await other.person('eve')
      const { group } = (await owner.post('groups.create', { name: 'g' })).body
      const message = await share(other, owner, group._id, textFile())
      const link = message.attachments[0].title_link
      expect((await download(other, link, authOf(stranger))).status).toBe(forStranger)
      expect((await download(other, link)).status).toBe(forAnybody)
      await other.close()
    }
  })
})

describe('a download', () => {
  const get = (query = '', headers: Record<string, string> = {}) =>
    download(test, `${path}${query}`, { ...authOf(bob), ...headers })

  it('has the headers that keep it a file', async () => {
    const { headers } = await get()
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(headers.get('content-length')).toBe('10')
    expect(headers.get('cache-control')).toBe('max-age=31536000')
    expect(headers.get('content-security-policy')).toBe("default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('accept-ranges')).toBe('bytes')
    expect(headers.get('content-disposition')).toMatch(/^inline;/)
    expect((await get('?download')).headers.get('content-disposition')).toMatch(/^attachment;/)
  })

  it('never shows a page of this origin', async () => {
    const page = { name: 'a.html', type: 'text/html', data: '<script>1</script>' }
    const link = (await share(test, ann, rid, page)).attachments[0].title_link
    const answer = await download(test, link, authOf(bob))
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/)
  })

  it('answers ranges', async () => {
    const cases: [string, number, string, string | null][] = [
      ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
      ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
      ['bytes=-3', 206, '789', 'bytes 7-9/10'],
      ['bytes=8-999', 206, '89', 'bytes 8-9/10'],
      ['bytes=-999', 206, '0123456789', 'bytes 0-9/10'],
      ['bytes=10-', 416, '', 'bytes */10'],
      ['bytes=-0', 416, '', 'bytes */10'],
      ['bytes=5-2', 200, '0123456789', null],
      ['bytes=0-1,3-4', 200, '0123456789', null],
      ['lines=0-1', 200, '0123456789', null],
    ]
    for (const [range, status, text, contentRange] of cases) {
      const answer = await get('', { range })
      expect([answer.status, await answer.text()]).toEqual([status, text])
      expect(answer.headers.get('content-range')).toBe(contentRange)
    }
  })

  it('knows what the client has already', async () => {
    const etag = (await get()).headers.get('etag') ?? ''
    expect((await get('', { 'if-none-match': etag })).status).toBe(304)
    expect((await get('', { 'if-none-match': '"other"' })).status).toBe(200)
    expect((await get('', { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206)
    expect((await get('', { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200)
  })

  it('answers HEAD, redirects for clients that ask, the older address, and nothing else', async () => {
    const head = await fetch(`${test.server.url}${path}`, { method: 'HEAD', headers: authOf(bob) })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '10'])
    const redirect = await get('?replyWithRedirectUrl=true')
    expect(await redirect.json()).toEqual({
      redirectUrl: false,
      name: 'note.txt',
      type: 'text/plain',
      size: 10,
    })
    const older = path.replace('/file-upload/', '/ufs/FileSystem:Uploads/')
    expect(await (await download(test, older, authOf(bob))).text()).toBe('0123456789')
    const post = await fetch(`${test.server.url}${path}`, { method: 'POST', headers: authOf(bob) })
    expect(post.status).toBe(405)
  })

  it('of an empty file is empty', async () => {
    const link = (await share(test, ann, rid, textFile(''))).attachments[0].title_link
    const answer = await download(test, link, authOf(bob))
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect((await download(test, link, { ...authOf(bob), range: 'bytes=0-' })).status).toBe(416)
  })

  it('that the client breaks off leaves the server well', async () => {
    const large = textFile('x'.repeat(5_000_000))
    const link = (await share(test, ann, rid, large)).attachments[0].title_link
    await new Promise<void>((resolve) => {
      const asking = httpRequest(
        `${test.server.url}${link}`,
        { headers: authOf(bob) },
        (answer) => {
          answer.once('data', () => {
            answer.destroy()
            resolve()
          })
        },
      )
      asking.end()
    })
    expect((await get()).status).toBe(200)
  })
})

describe('byte ranges', () => {
  it('of an empty file satisfy nobody', () => {
    expect(byteRange('bytes=0-0', 0)).toBe('unsatisfiable')
    expect(byteRange('bytes=-5', 0)).toBe('unsatisfiable')
    expect(byteRange(undefined, 0)).toBeUndefined()
    expect(byteRange('bytes=-', 5)).toBeUndefined()
    expect(byteRange(`bytes=${'9'.repeat(40)}-`, 5)).toBeUndefined()
  })
})

describe('a start after a crash', () => {
  it('removes what nobody knows and keeps the rest', async () => {
    const first = await startWith()
    const owner = await first.person('ann')
    const message = await share(first, owner, 'GENERAL', textFile('kept'))
    await upload(first, owner, 'GENERAL', textFile('waits'))
    const known = onDisk(first).sort()
    await first.server.close()
    writeFileSync(`${first.dir}/files/unknownUnknown123`, 'x')
    writeFileSync(`${first.dir}/files/incoming/unknownUnknown124`, 'x')
    const second = await startTestServer({ dataDir: first.dir })
    expect(onDisk(second).sort()).toEqual(known)
    const link = message.attachments[0].title_link
    expect(await (await download(second, link, authOf(owner))).text()).toBe('kept')
    await second.close()
    removeDir(first.dir)
  })
})
