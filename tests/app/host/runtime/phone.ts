import { createEmitter, type Emitter } from './emitter'

/** The phone's own state, which tests change and the app listens to. */
export type Phone = {
  /** plus.globalEvent */
  plusEvents: Emitter
  /** The module `globalEvent` of weex. */
  weexEvents: Emitter
  /** plus.key */
  keys: Emitter
  online(): boolean
  setOnline(online: boolean): void
  theme(): 'light' | 'dark'
  /** The start picture goes away, once; only then does the app listen to the back key. */
  closeSplash(): void
}

export function createPhone(): Phone {
  const plusEvents = createEmitter()
  const weexEvents = createEmitter()
  const dark = window.matchMedia('(prefers-color-scheme: dark)')
  let online = true
  let splashClosed = false
  const theme = () => (dark.matches ? 'dark' : 'light')
  dark.addEventListener('change', () => weexEvents.emit('uistylechange', { uistyle: theme() }))
  return {
    plusEvents,
    weexEvents,
    keys: createEmitter(),
    theme,
    online: () => online,
    closeSplash() {
      if (!splashClosed) plusEvents.emit('splashclosed')
      splashClosed = true
    },
    setOnline(value) {
      if (value === online) return
      online = value
      plusEvents.emit('netchange')
    },
  }
}
