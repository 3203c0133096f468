// What comes over the wire is checked by the expectations, not by types.

import { type RestClient, type TestServer, usePeople } from './support'

let test: TestServer
let ann: RestClient
let bob: RestClient

usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))

describe('avatars', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${test.server.url}/avatar/${path}`, { headers })
  const auth = () => `rc_uid=${ann.userId}&rc_token=${ann.token}`

  it('are for signed-in people, by query or cookie', async () => {
    expect((await get('ann')).status).toBe(403)
    expect((await get('ann', { 'x-auth-token': ann.token, 'x-user-id': ann.userId })).status).toBe(
      403,
    )
    expect((await get(`ann?rc_uid=${bob.userId}&rc_token=${ann.token}`)).status).toBe(403)
    expect(
      (await get('ann', { cookie: `rc_uid=${ann.userId}; rc_token=${ann.token}` })).status,
    ).toBe(200)
    expect((await get('ann', { cookie: 'rc_uid=%E0%A4%A; rc_token=x' })).status).toBe(403)
  })

  it('are letters as SVG, or as PNG of the wanted size', async () => {
    const svg = await get(`ann?${auth()}`)
    expect(svg.headers.get('content-type')).toBe('image/svg+xml')
    expect(await svg.text()).toContain('>A</text>')
    for (const path of ['ann', `uid/${ann.userId}`, 'room/GENERAL', '@王芳']) {
      const png = await get(`${path}?format=png&size=64&${auth()}`)
      const bytes = Buffer.from(await png.arrayBuffer())
      expect(png.headers.get('content-type')).toBe('image/png')
      expect([
        bytes.toString('latin1', 1, 4),
        bytes.readUInt32BE(16),
        bytes.readUInt32BE(20),
      ]).toEqual(['PNG', 64, 64])
    }
  })

  it('escape what is in a name', async () => {
    expect(await (await get(`${encodeURIComponent('<b>')}?${auth()}`)).text()).not.toContain('<B')
  })

  it('answer 304 to who has them, and clamp sizes', async () => {
    const since = { 'if-modified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' }
    expect((await get(`ann?${auth()}`, since)).status).toBe(304)
    const png = await get(`ann?format=png&size=999999&${auth()}`)
    expect(Buffer.from(await png.arrayBuffer()).readUInt32BE(16)).toBe(1024)
  })
})
