import { chooseInBrowser, type Choice } from './sheet'

/** Messages, questions and navigation: what pages and components may ask of the platform. */

/** A short message that goes away by itself. */
export function toast(text: string): void {
  uni.showToast({ title: text, icon: 'none', duration: 2500, fail })
}

export type Question = {
  content: string
  confirmText: string
  cancelText: string
  /** Saying yes destroys something: the button for it is red. */
  isDestructive?: boolean
}

/** The palette's colours for the light theme; a phone draws the dialog itself and takes no custom property. */
const accentColor = '#1766d6'
const dangerColor = '#c6283c'

/** Asks yes or no; false when dismissed. */
export function confirm(question: Question): Promise<boolean> {
  const { content, confirmText, cancelText, isDestructive = false } = question
  return new Promise((resolve) => {
    uni.showModal({
      content,
      confirmText,
      cancelText,
      confirmColor: colorOf(isDestructive),
      success: (answer) => resolve(answer.confirm),
      fail: () => resolve(false),
    })
  })
}

/** In the browser the dialog is a part of the page, and the stylesheet in App.vue knows the theme. */
function colorOf(isDestructive: boolean): string {
  if (process.env.UNI_PLATFORM === 'h5') return `var(--${isDestructive ? 'danger' : 'accent'})`
  return isDestructive ? dangerColor : accentColor
}

/** WeChat shows no sheet at all with more choices than this. */
const mostChoices = 6

/**
 * Offers choices; the index of the chosen one, or -1 when dismissed. Phones name the button for that themselves, have one colour
 * for all choices, and show more than six of them one sheet after the other.
 */
export function choose(items: readonly Choice[], cancelText: string): Promise<number> {
  if (process.env.UNI_PLATFORM === 'h5') return chooseInBrowser(items, cancelText)
  return chooseFrom(items.map(({ label }) => label))
}

async function chooseFrom(labels: readonly string[], first = 0): Promise<number> {
  const left = labels.slice(first)
  const hasMore = left.length > mostChoices
  const shown = hasMore ? [...left.slice(0, mostChoices - 1), '…'] : left
  const index = await new Promise<number>((resolve) => {
    uni.showActionSheet({
      itemList: shown,
      success: (answer) => resolve(answer.tapIndex),
      fail: () => resolve(-1),
    })
  })
  if (index < 0) return -1
  const isMore = hasMore && index === mostChoices - 1
  return isMore ? chooseFrom(labels, first + index) : first + index
}

/** Copies to the clipboard; true when it worked. */
export function copyText(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    uni.setClipboardData({
      data: text,
      showToast: false,
      success: () => resolve(true),
      fail: () => resolve(false),
    })
  })
}

/**
 * Opens a web address outside of this app. Where that cannot be done, always in a mini-program, the address is copied.
 *
 * @param url http or https
 * @param onElsewhere it was not opened: whether it is on the clipboard instead
 */
export function openAddress(url: string, onElsewhere: (isCopied: boolean) => void): void {
  const copy = (): void => void copyText(url).then(onElsewhere)
  if (process.env.UNI_PLATFORM === 'h5') window.open(url, '_blank', 'noopener,noreferrer')
  else if (process.env.UNI_PLATFORM === 'mp-weixin') copy()
  else plus.runtime.openURL(url, copy)
}

/**
 * A navigation that is refused, because another one is under way or the page stack is full, leaves the page as it is. With
 * a callback uni makes no promise that would be rejected unheard.
 */
const fail = (): void => undefined

/** Until the platform says that it is done, a second tap must not open the same page twice. */
let isNavigating = false

export function navigateTo(url: string): void {
  if (isNavigating) return
  isNavigating = true
  const complete = (): void => {
    isNavigating = false
  }
  uni.navigateTo({ url, fail, complete })
}

/** Closes every page and shows this one. */
export function reLaunch(url: string): void {
  uni.reLaunch({ url, fail })
}

/** One page back; to `fallback` when this page was opened directly (a shared link, a reload on H5). */
export function navigateBack(fallback: string): void {
  if (getCurrentPages().length > 1) uni.navigateBack({ delta: 1, fail })
  else reLaunch(fallback)
}

/** Route of the page on top, without a leading slash; `''` before the first page. */
export function currentRoute(): string {
  const pages = getCurrentPages()
  return pages[pages.length - 1]?.route ?? ''
}

/**
 * Asks for a day with the browser's own calendar; undefined when it is dismissed, or where there is none. H5 only: elsewhere
 * a picker element does this.
 * @param max the last day that can be chosen, `yyyy-mm-dd`
 * @returns `yyyy-mm-dd`
 */
export function pickDay(max: string): Promise<string | undefined> {
  if (process.env.UNI_PLATFORM !== 'h5') return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const field = document.createElement('input')
    const finish = (): void => {
      field.remove()
      resolve(field.value === '' ? undefined : field.value)
    }
    field.type = 'date'
    field.max = max
    field.id = 'day-field'
    field.style.cssText = 'position:fixed;top:0;right:0;width:1px;height:1px;opacity:0;border:0'
    field.addEventListener('change', finish, { once: true })
    field.addEventListener('cancel', finish, { once: true })
    field.addEventListener('blur', () => setTimeout(finish, 300), { once: true })
    document.body.append(field)
    field.focus()
    try {
      field.showPicker()
    } catch {
      // Browsers without it open their calendar on focus, or let the day be typed.
    }
  })
}
