import { createMessageId } from '../../../../src/rocketchat/messageId'

test('an id has 17 characters of the alphabet of Meteor', () => {
  const ids = Array.from({ length: 200 }, () => createMessageId(Math.random))
  for (const id of ids) expect(id).toMatch(/^[23456789A-HJ-NP-TW-Za-km-z]{17}$/)
  expect(new Set(ids).size).toBe(200)
})

test('the ends of the random range stay inside the alphabet', () => {
  expect(createMessageId(() => 0)).toBe('2'.repeat(17))
  expect(createMessageId(() => 1 - Number.EPSILON)).toBe('z'.repeat(17))
  expect(createMessageId(() => 1)).toBe('z'.repeat(17))
})
