import { Parser } from 'htmlparser2'

/** What a page says about itself, by the names of protocol reference 4.1. */
export type PageMeta = Record<string, string>

export type Page = {
  meta: PageMeta
  /** Where the page's oEmbed description is, relative to the page. */
  oembed: string | undefined
}

const maxKeys = 60
const maxKeyLength = 60
const maxValueLength = 1000

/** `og:site_name` becomes `ogSiteName`. */
export const metaKey = (name: string): string =>
  name
    .slice(0, maxKeyLength)
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
    .map((part, index) => (index === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1)))
    .join('')

/** Collects values under names; the first of each counts, as in Rocket.Chat. */
export const createCollector = () => {
  const found = new Map<string, string>()
  return {
    add: (key: string, value: string): void => {
      const text = value.replace(/\s+/g, ' ').trim().slice(0, maxValueLength)
      if (key === '' || text === '' || found.has(key) || found.size >= maxKeys) return
      found.set(key, text)
    },
    meta: (): PageMeta => Object.fromEntries(found),
  }
}

const isOembed = (attributes: Record<string, string>): boolean =>
  attributes.type?.toLowerCase() === 'application/json+oembed'

/** Reads the title, the meta elements and the oEmbed link of a page; what is broken in it is passed over. */
export const readPage = (html: string): Page => {
  const collector = createCollector()
  let oembed: string | undefined
  let title = ''
  let inTitle = false
  const parser = new Parser({
    onopentag: (name, attributes) => {
      if (name === 'title') inTitle = title === ''
      if (name === 'meta') {
        const key = attributes.property ?? attributes.name ?? attributes.itemprop ?? ''
        collector.add(metaKey(key), attributes.content ?? '')
      }
      if (name === 'link' && isOembed(attributes)) oembed ??= attributes.href
    },
    ontext: (text) => {
      if (inTitle && title.length < maxValueLength) title += text
    },
    onclosetag: (name) => {
      if (name === 'title') inTitle = false
    },
  })
  parser.end(html)
  collector.add('pageTitle', title)
  return { meta: collector.meta(), oembed }
}
