/** What the system says of language and window. Colours follow `prefers-color-scheme` in CSS (src/styles/theme.scss). */

/** Language tag of the system, for example `zh-Hans` or `en`. */
export function systemLanguage(): string {
  if (process.env.UNI_PLATFORM === 'h5') return navigator.language
  return uni.getLocale()
}

/** Height of the navigation bar without the inset above it, in px (components/NavBar.vue). */
const navBarHeight = 52

export type WindowInsets = {
  /** Height of the status bar in px that a page with its own navigation bar must leave free. */
  top: number
  /** Room in px that WeChat's capsule button takes at the right of the navigation bar; 0 elsewhere. */
  capsule: number
}

/** What the system leaves free now; asked again when the window has another size. */
export function windowInsets(): WindowInsets {
  if (process.env.UNI_PLATFORM === 'h5') return { top: 0, capsule: 0 }
  const { statusBarHeight = 0, windowWidth } = uni.getSystemInfoSync()
  if (process.env.UNI_PLATFORM !== 'mp-weixin') return { top: statusBarHeight, capsule: 0 }
  const capsule = uni.getMenuButtonBoundingClientRect()
  // The bar's content stands at the height of the capsule beside it.
  const middle = capsule.top + capsule.height / 2
  return { top: Math.max(0, middle - navBarHeight / 2), capsule: windowWidth - capsule.left }
}
