import type { MessageFilter } from '../storage/messageLists'

/** A search with its operators taken out (protocol reference 3.13). */
export type SearchQuery = {
  /** The words that are left. */
  text: string
  /** The inside and the flags of `/expression/flags` in place of words. */
  expression?: { source: string; flags: string }
  from: string[]
  mention: string[]
  filter: MessageFilter
  ascending: boolean
}

const dayMs = 24 * 60 * 60 * 1000

/** The begin of a day written as dd/mm/yyyy, dd-mm-yyyy or yyyy-mm-dd, in UTC. */
const dayOf = (text: string): number | undefined => {
  const reversed = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(text)
  const usual = /^(\d\d?)[/-](\d\d?)[/-](\d{4})$/.exec(text)
  const parts = reversed?.slice(1) ?? usual?.slice(1).reverse()
  if (parts === undefined) return undefined
  const [year = 0, month = 0, day = 0] = parts.map(Number)
  const time = Date.UTC(year, month - 1, day)
  return new Date(time).getUTCMonth() === month - 1 ? time : undefined
}

type Operator = (query: SearchQuery, value: string) => boolean

const onDay =
  (apply: (filter: MessageFilter, day: number) => void): Operator =>
  ({ filter }, value) => {
    const day = dayOf(value)
    if (day !== undefined) apply(filter, day)
    return day !== undefined
  }

const withText =
  (apply: (filter: MessageFilter, value: string) => void): Operator =>
  ({ filter }, value) => {
    apply(filter, value)
    return true
  }

const has: Readonly<Record<string, (filter: MessageFilter) => void>> = {
  star: (filter) => void (filter.starred = true),
  url: (filter) => void (filter.hasUrl = true),
  link: (filter) => void (filter.hasUrl = true),
  location: (filter) => void (filter.hasLocation = true),
  map: (filter) => void (filter.hasLocation = true),
  pin: (filter) => void (filter.pinned = true),
  file: (filter) => void (filter.hasFile = 'file'),
  image: (filter) => void (filter.hasFile = 'image'),
  video: (filter) => void (filter.hasFile = 'video'),
  audio: (filter) => void (filter.hasFile = 'audio'),
}

const operators: Readonly<Record<string, Operator>> = {
  from: (query, value) => {
    query.from.push(value)
    return true
  },
  mention: (query, value) => {
    query.mention.push(value)
    return true
  },
  has: ({ filter }, value) => {
    const apply = Object.hasOwn(has, value) ? has[value] : undefined
    apply?.(filter)
    return apply !== undefined
  },
  is: ({ filter }, value) => {
    if (value === 'pinned') filter.pinned = true
    return value === 'pinned'
  },
  before: onDay((filter, day) => void (filter.before = day)),
  after: onDay((filter, day) => void (filter.from = day + dayMs)),
  on: onDay((filter, day) => {
    filter.from = day
    filter.before = day + dayMs
  }),
  label: withText((filter, value) => void (filter.label = value)),
  'file-title': withText((filter, value) => void (filter.fileTitle = value)),
  'file-desc': withText((filter, value) => void (filter.fileDescription = value)),
  order: (query, value) => {
    query.ascending = value.startsWith('asc')
    return /^(asc|desc)/.test(value)
  },
}

/** A text that is one expression: nothing inside it is an operator, and its blanks are kept. */
const wholeExpression = (text: string): SearchQuery['expression'] => {
  const [, source, flags = ''] = /^\/(.+)\/([a-z]*)$/s.exec(text.trim()) ?? []
  return source === undefined ? undefined : { source, flags }
}

/** Reads a search text; what looks like an operator and is none stays a word. */
export const parseSearch = (searchText: string): SearchQuery => {
  const query: SearchQuery = { text: '', from: [], mention: [], filter: {}, ascending: false }
  const whole = wholeExpression(searchText)
  if (whole !== undefined) return { ...query, text: searchText.trim(), expression: whole }
  const words = searchText
    .trim()
    .split(/\s+/)
    .filter((word) => {
      const [, name = '', value = ''] = /^([a-z-]+):@?(.+)$/i.exec(word) ?? []
      const key = name.toLowerCase()
      const operator = Object.hasOwn(operators, key) ? operators[key] : undefined
      return operator?.(query, value) !== true
    })
  query.text = words.join(' ')
  const expression = wholeExpression(query.text)
  if (expression !== undefined) query.expression = expression
  return query
}
