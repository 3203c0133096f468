/** A built mini-program, read and compiled into what the runtime in the browser starts from. */
export type MiniProgramBundle = {
  /** app.json */
  app: AppConfig
  /** Every other JSON file by its path without `.json`. */
  configs: Record<string, ComponentConfig>
  /** Script sources by path, with `.js`. */
  scripts: Record<string, string>
  /** Style sheets, already CSS, by path without `.wxss`. */
  styles: Record<string, string>
  /** Class prefix of each component whose styles are its own, by path. */
  scopes: Record<string, string>
  /** JavaScript expression of the template compiler's output for all templates. */
  templates: string
  /** The same for the two shapes of built-in components: `slot` and `empty`. */
  builtInTemplates: string
}

export type AppConfig = {
  pages: string[]
  subPackages?: { root: string; pages: string[] }[]
  subpackages?: { root: string; pages: string[] }[]
  usingComponents?: Record<string, string>
  tabBar?: { list: { pagePath: string; text?: string }[] }
  window?: Record<string, unknown>
}

export type ComponentConfig = {
  component?: boolean
  usingComponents?: Record<string, string>
  onReachBottomDistance?: number
  disableScroll?: boolean
  [option: string]: unknown
}

/** What the phone's screen takes from a page at its edges, in px: status bar and home indicator. */
export const safeArea = { top: 47, right: 0, bottom: 34, left: 0 }

/** What a launch may choose; travels to the browser as JSON. */
export type BootOptions = {
  path?: string
  query?: Record<string, string>
  /** Values already in storage, as a program of the same app left them. */
  storage?: Record<string, unknown>
  /** Answers that are queued before the program starts. */
  answers?: Record<string, unknown[]>
  /** The phone's language as WeChat says it; zh_CN when left out. */
  language?: string
}

/** One setData call. */
export type SetDataCall = {
  /** Path of the page or component. */
  component: string
  /** UTF-8 bytes of the data as JSON. */
  bytes: number
  keys: string[]
  /** When it was called, in ms of the phone's clock. */
  at: number
}

export type Meter = {
  calls: number
  bytes: number
  /** The largest call. */
  max: number
  /** How many child components uni woke through their `uP` property. */
  childObservers: number
  perCall: SetDataCall[]
}

/** One line of what the program asked the phone to do (a toast, a title, a modal...). */
export type LogEntry = { api: string; options: unknown }

/** One request or one event of a socket. Never holds a body. */
export type NetworkEntry =
  | { kind: 'request'; method: string; url: string; status: number }
  | { kind: 'socket'; event: 'open' | 'in' | 'out' | 'close'; url: string; size: number }

export const builtInNames: readonly string[] = [
  'ad',
  'audio',
  'button',
  'camera',
  'canvas',
  'checkbox',
  'checkbox-group',
  'cover-image',
  'cover-view',
  'editor',
  'form',
  'icon',
  'image',
  'input',
  'label',
  'live-player',
  'map',
  'match-media',
  'movable-area',
  'movable-view',
  'navigation-bar',
  'navigator',
  'open-data',
  'page-container',
  'page-meta',
  'picker',
  'picker-view',
  'picker-view-column',
  'progress',
  'radio',
  'radio-group',
  'rich-text',
  'root-portal',
  'scroll-view',
  'slider',
  'sticky-header',
  'sticky-section',
  'swiper',
  'swiper-item',
  'switch',
  'text',
  'textarea',
  'video',
  'view',
  'web-view',
]

/** Paths of all pages, sub-packages included. */
export function pagePaths(app: AppConfig): string[] {
  const packages = app.subPackages ?? app.subpackages ?? []
  const inPackages = packages.flatMap(({ root, pages }) =>
    pages.map((page) => `${root}/${page}`.replace(/\/+/g, '/')),
  )
  return [...app.pages, ...inPackages]
}

/** The path that a `usingComponents` value, a `require` or a page address means inside the package. */
export function resolvePath(from: string, target: string): string {
  const parts = target.startsWith('/') ? [] : from.split('/').slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}
