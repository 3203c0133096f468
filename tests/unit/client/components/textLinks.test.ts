import { leadsToMessage, maxLinks, splitLinks } from '../../../../src/components/message/textLinks'

const urls = (text: string): string[] => splitLinks(text).links.map(({ url }) => url)

/** What is drawn, put together again. */
function drawn(text: string): string {
  const { before, links } = splitLinks(text)
  return before + links.map(({ url, after }) => url + after).join('')
}

it('cuts a text at its addresses', () => {
  expect(splitLinks('see http://a.example/x and https://b.example?q=1#top now')).toEqual({
    before: 'see ',
    links: [
      { url: 'http://a.example/x', after: ' and ' },
      { url: 'https://b.example?q=1#top', after: ' now' },
    ],
  })
})

it('leaves a text without an address as it is', () => {
  expect(splitLinks('no address here: //a.example, www.a.example')).toEqual({
    before: 'no address here: //a.example, www.a.example',
    links: [],
  })
})

it.each([
  ['看https://a.example/路', 'https://a.example/'],
  ['请看 https://a.example/x，谢谢', 'https://a.example/x'],
  ['在https://a.example/x。', 'https://a.example/x'],
  ['（https://a.example/x）', 'https://a.example/x'],
  ['《https://a.example/x》！', 'https://a.example/x'],
  ['“https://a.example/x”', 'https://a.example/x'],
  ['https://a.example/x；还有', 'https://a.example/x'],
  ['https://a.example/x、https', 'https://a.example/x'],
  ['https://a.example/x？', 'https://a.example/x'],
  ['https://a.example/x　全角空格', 'https://a.example/x'],
  ['https://a.example/x😀', 'https://a.example/x'],
  ['https://a.example/x…', 'https://a.example/x'],
])('ends the address before Chinese writing: %s', (text, url) => {
  expect(urls(text)).toEqual([url])
  expect(drawn(text)).toBe(text)
})

it.each([
  ['Read https://a.example/x.', 'https://a.example/x'],
  ['https://a.example/x, then', 'https://a.example/x'],
  ['Is it https://a.example/x?!', 'https://a.example/x'],
  ['*https://a.example/x*', 'https://a.example/x'],
  ['<https://a.example/x|words>', 'https://a.example/x'],
  ['"https://a.example/x"', 'https://a.example/x'],
  ['(https://a.example/x)', 'https://a.example/x'],
  ['(https://a.example/Foo_(bar))', 'https://a.example/Foo_(bar)'],
  ['[words](https://a.example/x).', 'https://a.example/x'],
  ['[https://a.example/x]', 'https://a.example/x'],
  ['https://a.example/x(1).html', 'https://a.example/x(1).html'],
  ['https://a.example/a-b_c~d?e=f&g=%E4%BD%A0#h', 'https://a.example/a-b_c~d?e=f&g=%E4%BD%A0#h'],
  ['https://[::1]:8080/x', 'https://[::1]:8080/x'],
  ['http://localhost:3000', 'http://localhost:3000'],
  ['HTTPS://A.EXAMPLE/X', 'HTTPS://A.EXAMPLE/X'],
  ['https://de.example/Köln', 'https://de.example/Köln'],
])('keeps what belongs to the address and nothing else: %s', (text, url) => {
  expect(urls(text)).toEqual([url])
  expect(drawn(text)).toBe(text)
})

it.each([
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'ftp://a.example/x',
  'file:///etc/passwd',
  'weixin://dl/chat',
  'https://',
  'https://。',
  'https:///x',
  'https://?x',
  'https://bank.example@evil.example/',
  'https://user:secret@evil.example/',
])('makes no link of %s', (text) => {
  expect(urls(text)).toEqual([])
  expect(drawn(text)).toBe(text)
})

it('takes only the web address of a script that has one in it', () => {
  expect(urls('javascript:location="https://a.example/x"')).toEqual(['https://a.example/x'])
})

it('ends an address before marks that turn the direction of writing', () => {
  expect(urls('https://a.example/x\u202egpj.exe')).toEqual(['https://a.example/x'])
})

it(`finds no more than ${maxLinks} addresses and loses nothing of the text`, () => {
  const text = 'https://a.example/x '.repeat(maxLinks + 5)
  expect(urls(text)).toHaveLength(maxLinks)
  expect(drawn(text)).toBe(text)
})

it('reads the longest message with the worst endings at once', () => {
  const text = `https://a.example/${'.)'.repeat(2_500)}`
  expect(urls(text)).toEqual(['https://a.example/'])
  expect(drawn(text)).toBe(text)
})

it.each([
  ['https://chat.example/channel/general?msg=abc', true],
  ['https://chat.example/sub/group/team?layout=embedded&msg=abc', true],
  ['https://chat.example/direct/abc?msg=X#y', true],
  ['https://chat.example/channel/general', false],
  ['https://chat.example/channel/general?msg=', false],
  ['https://chat.example/channel/general#?msg=abc', false],
  ['https://news.example/?msg=abc', false],
])('knows the addresses of messages: %s', (url, isMessage) => {
  expect(leadsToMessage(url)).toBe(isMessage)
})
