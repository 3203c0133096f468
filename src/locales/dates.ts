import type { LocaleKey } from './en'
import type { Translate } from './translate'

/**
 * Dates as people write them, in the viewer's time zone. Written out instead of `Intl`, which WeChat's Android and iOS
 * engines do not both have.
 */

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : String(value))

/** Whole days between two times by the calendar, not by 24 hours. */
function daysBetween(from: Date, to: Date): number {
  const midnight = (date: Date) =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  // Rounded because a day with a clock change has 23 or 25 hours.
  return Math.round((midnight(to) - midnight(from)) / 86_400_000)
}

function dateParams(date: Date, t: Translate) {
  return {
    year: date.getFullYear(),
    month: t('date.months').split(' ')[date.getMonth()] ?? '',
    day: date.getDate(),
    weekday: t(`date.weekday.${date.getDay()}` as LocaleKey),
  }
}

/** `09:05` */
export function formatTime(at: number): string {
  const date = new Date(at)
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`
}

/** For the conversation list: time today, then yesterday, the weekday within a week, otherwise the date. */
export function formatListTime(at: number, now: number, t: Translate): string {
  if (at === 0) return ''
  const date = new Date(at)
  const today = new Date(now)
  const days = daysBetween(date, today)
  if (days <= 0) return formatTime(at)
  if (days === 1) return t('date.yesterday')
  const params = dateParams(date, t)
  if (days < 7) return params.weekday
  return t(date.getFullYear() === today.getFullYear() ? 'date.monthDay' : 'date.full', params)
}

/** For the day separator in a room. */
export function formatDay(at: number, now: number, t: Translate): string {
  const date = new Date(at)
  const today = new Date(now)
  const days = daysBetween(date, today)
  if (days === 0) return t('date.today')
  if (days === 1) return t('date.yesterday')
  const sameYear = date.getFullYear() === today.getFullYear()
  return t(sameYear ? 'date.dayOfYear' : 'date.dayWithYear', dateParams(date, t))
}
