import { isQuoting, messageLinkIn, withoutQuotes } from '../../../../src/timeline/messageLink'

const url = 'https://chat.example.com/channel/general?msg=AbC123'

test.each([
  [url, 'general', 'AbC123'],
  [`[ ](${url}) fine`, 'general', 'AbC123'],
  [`see ${url}, please`, 'general', 'AbC123'],
  ['http://10.0.0.2:3000/group/staff?tab=x&msg=Q1', 'staff', 'Q1'],
  ['https://a.example/sub/direct/r00mId?msg=Q2#x', 'r00mId', 'Q2'],
  ['https://a.example/channel/%E5%85%AC%E5%91%8A?msg=Q3', '公告', 'Q3'],
  ['https://a.example/channel/100%?msg=Q4', '100%', 'Q4'],
])('%s leads to a message', (text, roomName, messageId) => {
  expect(messageLinkIn(text)).toEqual({ roomName, messageId })
})

test.each([
  '',
  'no link',
  'https://chat.example.com/channel/general',
  'https://chat.example.com/channel/general?message=AbC',
  'https://chat.example.com/other/general?msg=AbC',
  'javascript:/channel/general?msg=AbC',
  'https://chat.example.com/channel/?msg=AbC',
  'https://'.repeat(3_000),
])('%.60s leads to none', (text) => {
  expect(messageLinkIn(text)).toBeUndefined()
})

test('the links with which a reply begins are not shown, others are', () => {
  expect(withoutQuotes(`[ ](${url}) fine`)).toBe('fine')
  expect(withoutQuotes(`[ ](${url})\n[ ](${url}&x=1)\nboth`)).toBe('both')
  expect(withoutQuotes(`fine [ ](${url})`)).toBe(`fine [ ](${url})`)
  expect(withoutQuotes(`[here](${url}) it is`)).toBe(`[here](${url}) it is`)
  expect(withoutQuotes('[ ](https://example.com/picture.png)')).toBe(
    '[ ](https://example.com/picture.png)',
  )
  expect(withoutQuotes(`[ ](${url})`)).toBe(`[ ](${url})`)
  expect([isQuoting(`[ ](${url}) fine`), isQuoting(url), isQuoting('')]).toEqual([
    true,
    false,
    false,
  ])
})
