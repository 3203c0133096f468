import { en } from '../../../../src/locales/en'
import { createTranslate, isLocaleKey, localeFor } from '../../../../src/locales/translate'
import { zhCN } from '../../../../src/locales/zhCN'
import { describeSystemMessage, systemTypes } from '../../../../src/rocketchat/systemMessages'

const keys = Object.keys(en) as (keyof typeof en)[]
const placesOf = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()
/** Dates are put together in each language's own order; all of them get every part. */
const isDate = (key: string): boolean => key.startsWith('date.')

test('both languages have the same keys', () => {
  expect(Object.keys(zhCN).sort()).toEqual(Object.keys(en).sort())
})

test.each(keys)('%s says something in both languages, with the same places', (key) => {
  expect([en[key].trim(), zhCN[key].trim()]).not.toContain('')
  if (!isDate(key)) expect(placesOf(zhCN[key])).toEqual(placesOf(en[key]))
})

test('Chinese texts are Chinese', () => {
  const notChinese = keys.filter((key) => !/[一-鿿]/.test(zhCN[key]))
  expect(notChinese).toEqual([])
})

test.each(systemTypes)('the system message %s has a sentence with all its parts', (system) => {
  for (const text of ['param', '', 'c', 'p']) {
    const author = { id: 'u', username: 'bob', name: 'Bob' }
    const line = describeSystemMessage({ system, text, author, role: 'owner' })
    if (!line || !('key' in line)) throw new Error('no sentence')
    if (!isLocaleKey(line.key)) throw new Error(`no text for ${line.key}`)
    for (const locale of ['en', 'zh-CN'] as const) {
      expect(createTranslate(locale)(line.key, line.params)).not.toMatch(/[{}]/)
    }
  }
})

test('places are filled; those without a parameter and unknown ones stay as they are', () => {
  const t = createTranslate('en')
  expect(t('room.typing.two', { name: 'Ann', other: 'Bob' })).toBe('Ann and Bob are typing…')
  expect(t('room.typing.two', { name: 'Ann' })).toBe('Ann and {other} are typing…')
  expect(t('room.typing.one')).toBe('{name} is typing…')
  expect(t('room.members', { count: 0 })).toBe('0 members')
  expect(t('room.typing.one', { name: '$& {name} $1' })).toBe('$& {name} $1 is typing…')
})

test.each([
  [0, '0 members'],
  [1, '1 member'],
  ['1', '1 member'],
  ['1+', '1+ members'],
  [2, '2 members'],
  [11, '11 members'],
  [21, '21 members'],
])('English has a singular for one, not for %p', (count, text) => {
  expect(createTranslate('en')('room.members', { count })).toBe(text)
})

test('one of a thing is never written as several', () => {
  const t = createTranslate('en')
  // Up to two people are named, so this text is never about one.
  const counting = keys.filter(
    (key) => /\{(count|seconds)\}/.test(en[key]) && key !== 'room.typing.many',
  )
  const ofOne = counting.map((key) => t(key, { count: 1, seconds: 1 }))
  expect(ofOne.length).toBeGreaterThan(2)
  expect(ofOne.filter((text) => /\b1 \w+s\b|\bwere\b|[{}|]/.test(text))).toEqual([])
})

test('without its number a form is not chosen, and Chinese has no forms', () => {
  const t = createTranslate('en')
  expect(t('room.members', {})).toBe('{count} {count|member|members}')
  expect(keys.filter((key) => zhCN[key].includes('|'))).toEqual([])
  expect(createTranslate('zh-CN')('room.members', { count: 1 })).toBe('1 人')
})

test('keys of a prototype are no texts', () => {
  expect(['constructor', 'toString', 'system.uj'].map(isLocaleKey)).toEqual([false, false, true])
})

test.each([
  ['zh', 'zh-CN'],
  ['zh-Hans-CN', 'zh-CN'],
  ['ZH_TW', 'zh-CN'],
  ['en_GB', 'en'],
  ['fr', 'en'],
  ['', 'en'],
])('a system in %j reads %s', (tag, locale) => {
  expect(localeFor(tag)).toBe(locale)
})
