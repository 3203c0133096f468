/** What a browser expects of a page beyond what uni-app makes of it; on other platforms most of this is the system's part. */

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
