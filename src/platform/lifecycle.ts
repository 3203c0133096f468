import type { Disposer, Lifecycle } from './types'

/** `uni` has these on mini-programs and in the App; its typings do not know them. */
type AppVisibility = {
  onAppShow(listener: () => void): void
  offAppShow(listener: () => void): void
  onAppHide(listener: () => void): void
  offAppHide(listener: () => void): void
}

/** Foreground and background of the page (H5), the mini-program or the App. Either may be told twice in a row. */
export const platformLifecycle: Lifecycle =
  process.env.UNI_PLATFORM === 'h5'
    ? { onForeground: onPageShown, onBackground: onPageHidden }
    : { onForeground: onAppShown, onBackground: onAppHidden }

/** `pageshow` too: a page that comes back from the back-forward cache is told by it alone on some browsers. */
function onPageShown(listener: () => void): Disposer {
  const onVisibility = (): void => {
    if (document.visibilityState === 'visible') listener()
  }
  const onShow = (event: PageTransitionEvent): void => {
    if (event.persisted) listener()
  }
  document.addEventListener('visibilitychange', onVisibility)
  window.addEventListener('pageshow', onShow)
  return () => {
    document.removeEventListener('visibilitychange', onVisibility)
    window.removeEventListener('pageshow', onShow)
  }
}

function onPageHidden(listener: () => void): Disposer {
  const onVisibility = (): void => {
    if (document.visibilityState === 'hidden') listener()
  }
  document.addEventListener('visibilitychange', onVisibility)
  return () => document.removeEventListener('visibilitychange', onVisibility)
}

function onAppShown(listener: () => void): Disposer {
  const app = uni as unknown as AppVisibility
  // A function of our own: the same listener may be added twice, and each disposer removes its own.
  const onShow = (): void => listener()
  app.onAppShow(onShow)
  return () => app.offAppShow(onShow)
}

function onAppHidden(listener: () => void): Disposer {
  const app = uni as unknown as AppVisibility
  const onHide = (): void => listener()
  app.onAppHide(onHide)
  return () => app.offAppHide(onHide)
}
