// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment */
import { indexedText, indexQuery } from '../../../../server/embedded/domain/searchText'
import { startTestServer, type RestClient, type TestServer, usePeople } from './support'

describe('the words of a text', () => {
  it('are pairs of neighbours where a script has no blanks', () => {
    expect(indexedText('项目进度 Report-2')).toBe('项目 目进 进度 度 report 2')
    expect(indexQuery('项目进度')).toBe('"项目 目进 进度"')
    expect(indexQuery('会')).toBe('"会"*')
    expect(indexQuery('Rep 会议')).toBe('"rep"* AND "会议"*')
    expect(indexQuery('"*! ')).toBeUndefined()
  })
})

describe('chat.search', () => {
  let test: TestServer
  let ann: RestClient
  let bob: RestClient
  let rid: string
  let changedId: string

  usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))
  beforeAll(async () => {
    const { body } = await ann.post('groups.create', { name: 'team', members: ['bob'] })
    rid = body.group._id
    const texts = [
      '明天开会议',
      '项目进度如何 @bob',
      'Deployment is done',
      'see https://example.com',
    ]
    for (const msg of texts) await ann.post('chat.sendMessage', { message: { rid, msg } })
    const attachments = [{ title: 'cat.png', image_url: 'https://example.com/cat.png' }]
    await ann.post('chat.sendMessage', { message: { rid, msg: 'picture', attachments } })
    const own = await bob.post('chat.sendMessage', { message: { rid, msg: '100% 会' } })
    changedId = own.body.message._id
  })

  const search = async (searchText: string, who = ann): Promise<string[]> => {
    const query = `roomId=${rid}&searchText=${encodeURIComponent(searchText)}`
    const { body } = await who.get(`chat.search?${query}`)
    return (body.messages as { msg: string }[]).map((message) => message.msg)
  }

  it.each([
    ['会议', ['明天开会议']],
    ['进度', ['项目进度如何 @bob']],
    ['项目进度', ['项目进度如何 @bob']],
    ['会', ['100% 会', '明天开会议']],
    ['议', ['明天开会议']],
    ['deploy', ['Deployment is done']],
    ['进会', []],
    ['from:bob', ['100% 会']],
    ['from:me 会', ['明天开会议']],
    ['from:ghost', []],
    ['mention:bob', ['项目进度如何 @bob']],
    ['has:url', ['see https://example.com']],
    ['/会议|deployment/i', ['Deployment is done', '明天开会议']],
    ['/deployment/', []],
    ['/^\\d+%/', ['100% 会']],
    ['/is d.ne/', ['Deployment is done']],
    ['order:asc /会/', ['明天开会议', '100% 会']],
    ['/from:bob/', []],
    ['/(a+)+$/', []],
    ['from:bob from:ann 会', ['100% 会', '明天开会议']],
    ['has:link', ['see https://example.com']],
    ['has:image', ['picture']],
    ['has:file', []],
    ['has:video', []],
    ['file-title:cat', ['picture']],
    ['file-desc:nothing', []],
    ['label:x', []],
    ['has:nonsense', []],
    ['order:asc 会', ['明天开会议', '100% 会']],
    ['before:01/01/2000', []],
    ['before:01/01/2999 会议', ['明天开会议']],
    ['before:2999-01-01 after:01-01-2000 会议', ['明天开会议']],
    ['on:01/01/2000 会议', []],
    ['after:01/01/2000 会议', ['明天开会议']],
    ['is:pinned', []],
    ['has:star', []],
    ['%', ['100% 会']],
    ['" OR x NEAR(', []],
  ])('finds with %s', async (text, expected) => {
    expect(await search(text)).toEqual(expected)
  })

  it('finds what is pinned, and what one has starred oneself', async () => {
    const query = `roomId=${rid}&searchText=${encodeURIComponent('会议')}`
    const [found] = (await ann.get(`chat.search?${query}`)).body.messages as { _id: string }[]
    await ann.post('chat.starMessage', { messageId: found!._id })
    expect(await search('has:star')).toEqual(['明天开会议'])
    expect(await search('has:star', bob)).toEqual([])
    await ann.post('chat.unStarMessage', { messageId: found!._id })
    await ann.post('chat.pinMessage', { messageId: found!._id })
    expect(await search('is:pinned', bob)).toEqual(['明天开会议'])
    expect(await search('has:pin 会', bob)).toEqual(['明天开会议'])
  })

  it('follows edits and deletions, and tells strangers nothing', async () => {
    await bob.post('chat.update', { roomId: rid, msgId: changedId, text: '新的内容' })
    expect(await search('会')).toEqual(['明天开会议'])
    expect(await search('内容')).toEqual(['新的内容'])
    await bob.post('chat.delete', { roomId: rid, msgId: changedId })
    expect(await search('内容')).toEqual([])
    const eve = await test.person('eve')
    expect(await eve.get(`chat.search?roomId=${rid}&searchText=x`)).toMatchObject({
      status: 400,
      body: { error: 'error-not-allowed' },
    })
    expect((await ann.get(`chat.search?roomId=${rid}`)).body.errorType).toBe('error-invalid-params')
    await ann.post('rooms.delete', { roomId: rid })
    expect((await ann.get(`chat.search?roomId=${rid}&searchText=x`)).status).toBe(400)
  })

  it.each([
    ['an expression that needs look-around', '/(?=a)b/'],
    ['an expression with a back reference', '/(a)\\1/'],
    ['an expression that is not closed', '/(a/'],
    ['repetitions of repetitions', '/((a{1000}){1000}){1000}/'],
    ['an unknown flag', '/a/x'],
    ['a long expression', `/${'a'.repeat(300)}/`],
    ['a long text', 'a'.repeat(1100)],
  ])('refuses %s', async (_what, text) => {
    const query = `roomId=GENERAL&searchText=${encodeURIComponent(text)}`
    expect(await ann.get(`chat.search?${query}`)).toMatchObject({
      status: 400,
      body: { errorType: 'error-invalid-search' },
    })
  })
})

it('chat.search takes every text as an expression where the workspace says so', async () => {
  const test = await startTestServer({
    environment: { OVERWRITE_SETTING_Message_AlwaysSearchRegExp: 'true' },
  })
  try {
    const message = { rid: 'GENERAL', msg: 'Release 12' }
    await test.admin.post('chat.sendMessage', { message })
    const find = async (text: string): Promise<number> => {
      const query = `roomId=GENERAL&searchText=${encodeURIComponent(text)}`
      return ((await test.admin.get(`chat.search?${query}`)).body.messages as unknown[]).length
    }
    expect([await find('release \\d+$'), await find('release$')]).toEqual([1, 0])
  } finally {
    await test.close()
  }
})
