// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access */
import { startTestServer, type TestServer } from './support'
import type { EmbeddedOptions } from '../../../../server/embedded/server'

let test: TestServer | undefined
afterEach(() => test?.close())

const start = async (options: Partial<EmbeddedOptions> = {}): Promise<TestServer> => {
  test = await startTestServer(options)
  return test
}

const siteOf = async ({ admin }: TestServer): Promise<unknown> =>
  (await admin.get('settings/Site_Url')).body.value

/** How many quotes a message gets that links to another one by an address that begins like this. */
const quotesOf = async ({ admin }: TestServer, site: string): Promise<number> => {
  const first = await admin.post('chat.postMessage', { channel: '#general', text: 'first' })
  const text = `${site}/channel/general?msg=${first.body.message._id as string}`
  const second = await admin.post('chat.postMessage', { channel: '#general', text })
  const attachments = (second.body.message.attachments ?? []) as unknown[]
  return attachments.length
}

describe('Site_Url', () => {
  it('is an address of this machine for a server that listens on all of them', async () => {
    const started = await start({ host: '0.0.0.0' })
    const site = `http://127.0.0.1:${started.server.port}`
    expect(started.server.url).toBe(site)
    expect(await siteOf(started)).toBe(site)
    expect(await quotesOf(started, site)).toBe(1)
  })

  it('is the address that people are told, once that is known', async () => {
    const started = await start()
    const own = started.server.url
    started.server.reachedAt('https://im.example.com')
    expect(await siteOf(started)).toBe('https://im.example.com')
    expect(await quotesOf(started, 'https://im.example.com')).toBe(1)
    expect(await quotesOf(started, own)).toBe(0)
  })

  it('stays as it was set', async () => {
    const environment = { OVERWRITE_SETTING_Site_Url: 'https://chat.example.com/' }
    const started = await start({ environment })
    started.server.reachedAt('https://im.example.com')
    expect(await siteOf(started)).toBe('https://chat.example.com/')
    expect(await quotesOf(started, 'https://chat.example.com')).toBe(1)
  })

  it('stays as an administrator has set it meanwhile', async () => {
    const started = await start()
    await started.admin.post('settings/Site_Url', { value: 'https://set.example.com' })
    started.server.reachedAt('https://im.example.com')
    expect(await siteOf(started)).toBe('https://set.example.com')
  })

  it('is no beginning of another port', async () => {
    const started = await start()
    expect(await quotesOf(started, `${started.server.url}1`)).toBe(0)
  })
})
