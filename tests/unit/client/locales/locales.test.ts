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
