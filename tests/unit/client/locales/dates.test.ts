import { formatDay, formatListTime, formatTime } from '../../../../src/locales/dates'
import { createTranslate } from '../../../../src/locales/translate'

const en = createTranslate('en')
const zh = createTranslate('zh-CN')
/** Local times, so that the tests say the same in every time zone. */
const at = (...parts: [number, number, number, number?, number?]): number => {
  const [year, month, day, hours = 12, minutes = 0] = parts
  return new Date(year, month - 1, day, hours, minutes).getTime()
}
/** A Sunday. */
const now = at(2026, 11, 22, 9, 30)

test('the time has two digits each', () => {
  expect([formatTime(at(2026, 1, 2, 9, 5)), formatTime(at(2026, 1, 2, 23, 59))]).toEqual([
    '09:05',
    '23:59',
  ])
})

test.each([
  ['never', 0, '', ''],
  ['today', at(2026, 11, 22, 0, 0), '00:00', '00:00'],
  ['a clock that is ahead', at(2026, 11, 23, 8, 0), '08:00', '08:00'],
  ['a minute before midnight', at(2026, 11, 21, 23, 59), 'Yesterday', '昨天'],
  ['two days ago', at(2026, 11, 20), 'Friday', '星期五'],
  ['six days ago', at(2026, 11, 16, 0, 1), 'Monday', '星期一'],
  ['a week ago', at(2026, 11, 15, 23, 59), '15 Nov', '11月15日'],
  ['the first of the year', at(2026, 1, 1), '1 Jan', '1月1日'],
  ['last year', at(2025, 12, 31), '31 Dec 2025', '2025年12月31日'],
])('in the list: %s', (_case, time, english, chinese) => {
  expect([formatListTime(time, now, en), formatListTime(time, now, zh)]).toEqual([english, chinese])
})

test.each([
  ['today', at(2026, 11, 22, 23, 59), 'Today', '今天'],
  ['yesterday', at(2026, 11, 21), 'Yesterday', '昨天'],
  ['tomorrow, by a clock that is behind', at(2026, 11, 23), 'Monday, 23 Nov', '11月23日 星期一'],
  ['this year', at(2026, 11, 20), 'Friday, 20 Nov', '11月20日 星期五'],
  ['another year', at(2024, 2, 29), 'Thursday, 29 Feb 2024', '2024年2月29日 星期四'],
])('in a room: %s', (_case, time, english, chinese) => {
  expect([formatDay(time, now, en), formatDay(time, now, zh)]).toEqual([english, chinese])
})

test('days are counted by the calendar across every change of the clocks of a year', () => {
  for (let day = 1; day <= 365; day++) {
    const evening = new Date(2026, 0, day, 23, 30).getTime()
    const morning = new Date(2026, 0, day + 1, 0, 30).getTime()
    expect(formatListTime(evening, morning, en)).toBe('Yesterday')
    expect(formatDay(evening, morning, en)).toBe('Yesterday')
    const early = new Date(2026, 0, day, 0, 30).getTime()
    expect([formatDay(early, evening, en), formatDay(evening, early, en)]).toEqual([
      'Today',
      'Today',
    ])
  }
})
