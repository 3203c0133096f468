import { isTrue, type BuiltIn, type BuiltInHost, type Setters } from './define'

/** `scroll-view` on the browser's own scrolling. */
export const scrollView: BuiltIn = {
  name: 'scroll-view',
  properties: { upperThreshold: 50, lowerThreshold: 50 },
  others: [
    ...['scrollX', 'scrollY', 'scrollTop', 'scrollLeft', 'scrollIntoView', 'scrollWithAnimation'],
    ...['scrollIntoViewOffset', 'scrollIntoViewAlignment', 'enableFlex', 'enableBackToTop'],
    ...['enhanced', 'bounces', 'showScrollbar', 'pagingEnabled', 'fastDeceleration', 'type'],
    ...['scrollAnchoring', 'enablePassive', 'reverse', 'usingSticky', 'clip', 'cacheExtent'],
    ...['refresherEnabled', 'refresherTriggered', 'refresherThreshold', 'refresherBackground'],
    ...['refresherDefaultStyle', 'scrollAnchoring', 'padding', 'associativeContainer'],
  ],
  create(host) {
    reportScrolling(host)
    return setters(host)
  },
}

function reportScrolling({ element, get, fire }: BuiltInHost): void {
  let last = { top: 0, left: 0 }
  let wasUpper = true
  let wasLower = false
  element.addEventListener('scroll', () => {
    const { scrollLeft, scrollTop, scrollWidth, scrollHeight, clientHeight } = element
    const deltaX = last.left - scrollLeft
    const deltaY = last.top - scrollTop
    last = { top: scrollTop, left: scrollLeft }
    fire('scroll', { scrollLeft, scrollTop, scrollWidth, scrollHeight, deltaX, deltaY })
    // A column-reverse area counts its scrollTop down from zero; the distance to its ends is what matters.
    const reversed = getComputedStyle(element).flexDirection === 'column-reverse'
    const room = scrollHeight - clientHeight
    const above = reversed ? room + scrollTop : scrollTop
    const isUpper = above <= Number(get('upperThreshold'))
    const isLower = room - above <= Number(get('lowerThreshold'))
    if (isUpper && !wasUpper) fire('scrolltoupper', { direction: 'top' })
    if (isLower && !wasLower) fire('scrolltolower', { direction: 'bottom' })
    wasUpper = isUpper
    wasLower = isLower
  })
  element.addEventListener('mp-refresh', () => fire('refresherrefresh', { dy: 50 }))
}

function setters({ element, get }: BuiltInHost): Setters {
  const behavior = (): ScrollBehavior => (isTrue(get('scrollWithAnimation')) ? 'smooth' : 'instant')
  // Scrolling comes after the setData that asked for it has been drawn.
  const later = (run: () => void): void => void setTimeout(run)
  return {
    scrollX: (value) => {
      element.style.overflowX = isTrue(value) ? 'auto' : 'hidden'
    },
    scrollY: (value) => {
      element.style.overflowY = isTrue(value) ? 'auto' : 'hidden'
    },
    enableFlex: (value) => {
      element.style.display = isTrue(value) ? 'flex' : ''
    },
    showScrollbar: (value) => {
      element.style.scrollbarWidth = isTrue(value) ? '' : 'none'
    },
    scrollTop: (value) => {
      if (isGiven(value))
        later(() => element.scrollTo({ top: Number(value), behavior: behavior() }))
    },
    scrollLeft: (value) => {
      if (isGiven(value))
        later(() => element.scrollTo({ left: Number(value), behavior: behavior() }))
    },
    scrollIntoView: (value) => {
      if (isGiven(value)) later(() => scrollTo(element, String(value), behavior()))
    },
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function scrollTo(element: HTMLElement, id: string, behavior: ScrollBehavior): void {
  const target = element.querySelector(`[id="${CSS.escape(id)}"], [id$="--${CSS.escape(id)}"]`)
  if (!target) return
  const offset = target.getBoundingClientRect().top - element.getBoundingClientRect().top
  element.scrollTo({ top: element.scrollTop + offset, behavior })
}
