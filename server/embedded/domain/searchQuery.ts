import type { MessageFilter } from '../storage/messageLists'

/** A search with its operators taken out (protocol reference 3.13). */
export type SearchQuery = {
  /** The words that are left. */
  text: string
  /** The inside of `/expression/` in place of words. */
  expression?: string
  from?: string
  mention?: string
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

const has: Readonly<Record<string, (filter: MessageFilter) => void>> = {
  star: (filter) => void (filter.starred = true),
  url: (filter) => void (filter.hasUrl = true),
  link: (filter) => void (filter.hasUrl = true),
  location: (filter) => void (filter.hasLocation = true),
}

const operators: Readonly<Record<string, Operator>> = {
  from: (query, value) => {
    query.from = value
    return true
  },
  mention: (query, value) => {
    query.mention = value
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
  order: (query, value) => {
    query.ascending = value.startsWith('asc')
    return /^(asc|desc)/.test(value)
  },
}

/** Reads a search text; what looks like an operator and is none stays a word. */
export const parseSearch = (searchText: string): SearchQuery => {
  const query: SearchQuery = { text: '', filter: {}, ascending: false }
  const words = searchText
    .trim()
    .split(/\s+/)
    .filter((word) => {
      const [, name = '', value = ''] = /^([a-z]+):@?(.+)$/i.exec(word) ?? []
      const key = name.toLowerCase()
      const operator = Object.hasOwn(operators, key) ? operators[key] : undefined
      return operator?.(query, value) !== true
    })
  query.text = words.join(' ')
  const [, expression] = /^\/(.+)\/[imsu]*$/.exec(query.text) ?? []
  if (expression !== undefined) query.expression = expression
  return query
}
