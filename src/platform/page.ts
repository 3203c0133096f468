import type { Disposer } from './types'

/** What a browser expects of a page beyond what uni-app makes of it; on other platforms most of this is the system's part. */

/** The first page and its data come first, in milliseconds. */
const pagesAheadMs = 1_500

/** Makes whatever is marked as a button answer to Enter and Space, for people without a touch screen. H5 only. */
export function answerToKeys(): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  document.addEventListener('keydown', (event) => {
    const { target } = event
    if (!(target instanceof HTMLElement) || target.getAttribute('role') !== 'button') return
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    target.click()
  })
}

/** Another tab of this browser has signed in or out: this one begins again with what is true now. H5 only. */
export function followOtherTabs(userIdKey: string): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  window.addEventListener('storage', ({ key, oldValue, newValue }) => {
    if (key === userIdKey && oldValue !== newValue) window.location.reload()
  })
}

/**
 * Loads the other pages once the first one is there: H5 fetches a page when it is entered, which fails without a network.
 * uni-app keeps the loaders in its table of routes. H5 only.
 */
export function loadPagesAhead(): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  const { __uniRoutes: routes = [] } = window as {
    __uniRoutes?: { loader?: () => Promise<unknown> }[]
  }
  const load = (): void => {
    // What cannot be had now is fetched when it is entered.
    for (const { loader } of routes) loader?.().catch(() => undefined)
  }
  window.setTimeout(load, pagesAheadMs)
}

/** Tells screen readers and hyphenation the language of the page. H5 only. */
export function announceLanguage(locale: string): void {
  if (process.env.UNI_PLATFORM === 'h5') document.documentElement.lang = locale
}

/** Gives the browser's own field what uni keeps on its wrapper: a name for screen readers, a meaning for password managers. */
export function describeField(id: string, attributes: Readonly<Record<string, string>>): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  const field = document.querySelector(`#${id} input, #${id} textarea`)
  for (const [name, value] of Object.entries(attributes)) field?.setAttribute(name, value)
}

/**
 * Enter with Shift makes a new line, and Enter while Chinese is composed ends the composition: uni's text area would take
 * both away and confirm. H5 only.
 */
export function leaveEnterToText(id: string): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  const wrapper = document.getElementById(id)
  let isForText = false
  // On the way down, so that the text area's own listeners never hear of it.
  const options = { capture: true }
  wrapper?.addEventListener(
    'keydown',
    (event) => {
      // Safari tells the end of a composition with the key code of composing, after it has ended.
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- it has no other way
      const isComposing = event.isComposing || event.keyCode === 229
      isForText = event.key === 'Enter' && (event.shiftKey || isComposing)
      if (isForText) event.stopPropagation()
    },
    options,
  )
  wrapper?.addEventListener(
    'keyup',
    (event) => {
      if (event.key === 'Enter' && isForText) event.stopPropagation()
    },
    options,
  )
}

/** Colours of what the system draws around a page: status bar and capsule, background while pulling. */
export function paintSurroundings(isDark: boolean): void {
  const background = isDark ? '#12171e' : '#ffffff'
  if (process.env.UNI_PLATFORM === 'h5') {
    document.documentElement.style.colorScheme = isDark ? 'dark' : 'light'
    // For what uni hangs at the body, outside of every page (App.vue).
    document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
    document.body.style.backgroundColor = background
    return
  }
  const fail = (): void => undefined
  const frontColor = isDark ? '#ffffff' : '#000000'
  uni.setNavigationBarColor({ frontColor, backgroundColor: background, fail })
  if (process.env.UNI_PLATFORM === 'mp-weixin') {
    uni.setBackgroundColor({ backgroundColor: background, fail })
  }
}

/** Whether the system is in its dark theme now. */
export function isSystemDark(): boolean {
  if (process.env.UNI_PLATFORM === 'h5') {
    return window.matchMedia('(prefers-color-scheme: dark)').matches
  }
  const { theme } = uni.getSystemInfoSync() as { theme?: string }
  return theme === 'dark'
}

/** Tells that the page has another size: the window was resized or the phone turned. */
export function onResize(listener: () => void): Disposer {
  if (process.env.UNI_PLATFORM === 'h5') {
    window.addEventListener('resize', listener)
    return () => window.removeEventListener('resize', listener)
  }
  const onWindowResize = (): void => listener()
  uni.onWindowResize(onWindowResize)
  return () => uni.offWindowResize(onWindowResize)
}

/**
 * Lets pages end where a phone's keyboard begins: browsers lay it over the page, on iOS always, on Android since Chrome 108,
 * and tell the part that stays visible. Sets `--visible-height`, which the stylesheet takes. H5 only.
 */
export function fitAboveKeyboard(): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  const { visualViewport: visible } = window
  if (!visible) return
  visible.addEventListener('resize', () => {
    // Two fingers make the visible part smaller too; then nothing may be laid out anew.
    if (visible.scale > 1.01) return
    const { style } = document.documentElement
    const isCovered = window.innerHeight - visible.height > 1
    if (isCovered) style.setProperty('--visible-height', `${visible.height}px`)
    else style.removeProperty('--visible-height')
    // iOS moves the page up to show the field; the composer is visible already.
    if (isCovered) window.scrollTo(0, 0)
  })
}
