// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-return */
import sharp from 'sharp'
import {
  openDdp,
  type DdpClient,
  type Json,
  type RestClient,
  type TestServer,
  usePeople,
} from '../support'
import { noise, sendForm } from './fileSupport'

let test: TestServer
let ann: RestClient
let socket: DdpClient

afterAll(() => socket.close())
usePeople(['ann'], (opened) => ({ test, ann } = opened))
beforeAll(async () => {
  socket = await openDdp(test.server.url, ann)
  for (const name of ['updateEmojiCustom', 'deleteEmojiCustom']) {
    await socket.subscribe('stream-notify-logged', name, false)
  }
})

const told = async (event: string): Promise<Json> =>
  (await socket.event('stream-notify-logged', event)).fields.args[0]

describe('custom emoji', () => {
  let gif: Buffer

  const emoji = (data: Buffer) => ({ name: 'x.gif', type: 'image/gif', data, field: 'emoji' })
  const save = (path: string, fields: Record<string, string>, data?: Buffer, by = test.admin) =>
    sendForm(test, by, `emoji-custom.${path}`, data === undefined ? [] : [emoji(data)], fields)

  beforeAll(async () => {
    const frames = await Promise.all([1, 2].map(() => noise(20, 20).png().toBuffer()))
    gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
  })

  it('are made, shown as they came, listed, changed and removed, and everybody is told', async () => {
    const made = await save('create', { name: ':party:', aliases: 'fest, feier' }, gif)
    expect(made.status).toBe(200)
    const shape = { name: 'party', aliases: ['fest', 'feier'], extension: 'gif' }
    expect((await told('updateEmojiCustom')).emojiData).toMatchObject(shape)
    const listed = (await ann.get('emoji-custom.list')).body.emojis
    expect(listed.update).toMatchObject([shape])
    const [{ _id, etag, _updatedAt }] = listed.update
    const shown = await fetch(`${test.server.url}/emoji-custom/party.gif?etag=${etag}`)
    expect(shown.headers.get('content-type')).toBe('image/gif')
    expect(Buffer.from(await shown.arrayBuffer()).equals(gif)).toBe(true)
    const known = { 'if-none-match': shown.headers.get('etag') ?? '' }
    const again = await fetch(`${test.server.url}/emoji-custom/party.gif`, { headers: known })
    expect(again.status).toBe(304)
    expect((await save('update', { _id, name: '庆祝', aliases: '' })).status).toBe(200)
    expect((await told('updateEmojiCustom')).emojiData).toMatchObject({
      name: '庆祝',
      previousName: 'party',
      etag,
    })
    const renamed = `${test.server.url}/emoji-custom/${encodeURIComponent('庆祝')}.gif`
    expect((await fetch(renamed)).status).toBe(200)
    expect((await fetch(`${test.server.url}/emoji-custom/party.gif`)).status).toBe(404)
    await test.admin.post('emoji-custom.delete', { emojiId: _id })
    expect((await told('deleteEmojiCustom')).emojiData.name).toBe('庆祝')
    const since = `emoji-custom.list?updatedSince=${_updatedAt}`
    expect((await ann.get(since)).body.emojis).toMatchObject({ update: [], remove: [{ _id }] })
    expect((await fetch(renamed)).status).toBe(404)
  })

  it('are found by a part of the name', async () => {
    await save('create', { name: 'cat' }, gif)
    await save('create', { name: 'catfish' }, gif)
    const found = (await ann.get('emoji-custom.all?name=CATF')).body
    expect([found.emojis[0].name, found.count, found.total]).toEqual(['catfish', 1, 1])
    expect((await ann.get('emoji-custom.all?sort={"name":-1}&count=1')).body.emojis[0].name).toBe(
      'catfish',
    )
  })

  it('are refused without the permission, a name, a picture, or when the name is taken', async () => {
    const cases: [Promise<{ status: number; body: Json }>, string][] = [
      [save('create', { name: 'mine' }, gif, ann), '[error-unauthorized]'],
      [save('create', {}, gif), '[error-the-field-is-required]'],
      [save('create', { name: 'none' }), '[error-the-field-is-required]'],
      [save('create', { name: 'a/../b' }, gif), '[error-input-is-not-a-valid-field]'],
      [save('create', { name: 'ok', aliases: '<b>' }, gif), '[error-input-is-not-a-valid-field]'],
      [save('create', { name: 'cat' }, gif), '[Custom_Emoji_Error_Name_Or_Alias_Already_In_Use]'],
      [
        save('create', { name: 'dog', aliases: 'cat' }, gif),
        '[Custom_Emoji_Error_Name_Or_Alias_Already_In_Use]',
      ],
      [save('create', { name: 'text' }, Buffer.from('text')), '[emoji-is-not-image]'],
      [save('create', { name: 'big' }, Buffer.alloc(2_000_000)), '[error-file-too-large]'],
      [save('update', { _id: 'unknown', name: 'x' }), 'Emoji not found.'],
      [test.admin.post('emoji-custom.delete', { emojiId: 'unknown' }), 'Emoji not found.'],
      [ann.get('emoji-custom.list?updatedSince=x'), '[error-roomId-param-invalid]'],
    ]
    for (const [answer, text] of cases) {
      const { status, body } = await answer
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body.error).toContain(text)
    }
    for (const path of ['unknown.png', '%E0%A4%A', '..%2f..%2frocketchat.db', '']) {
      expect((await fetch(`${test.server.url}/emoji-custom/${path}`)).status).toBe(404)
    }
  })

  it('serve as reactions, also with a sign that others have not', async () => {
    await save('create', { name: 'party.parrot' }, gif)
    const { message } = (await ann.post('chat.postMessage', { roomId: 'GENERAL', text: 'x' })).body
    const react = (emoji: string) => ann.post('chat.react', { messageId: message._id, emoji })
    expect((await react(':party.parrot:')).status).toBe(200)
    expect((await react(':no.parrot:')).body.errorType).toBe('error-not-allowed')
    const after = (await ann.get(`chat.getMessage?msgId=${message._id}`)).body.message
    expect(Object.keys(after.reactions)).toEqual([':party.parrot:'])
  })
})
