type Listener = (event: Record<string, unknown>) => void

/** The phone's own state, which tests change and the program listens to. */
export type Phone = {
  online(): boolean
  setOnline(online: boolean): void
  /** Returns the function that stops the listening. */
  onConnectivity(listener: (online: boolean) => void): () => void
  theme(): 'light' | 'dark'
  /** Tells the program's listeners of `name` (`AppShow`, `KeyboardHeightChange`...). */
  emit(name: string, event: Record<string, unknown>): void
  /** The pairs wx.onX and wx.offX. */
  api: Record<string, (listener?: Listener) => void>
}

const eventNames = [
  'AppHide',
  'AppShow',
  'AudioInterruptionBegin',
  'AudioInterruptionEnd',
  'Error',
  'KeyboardHeightChange',
  'MemoryWarning',
  'NetworkStatusChange',
  'NetworkWeakChange',
  'PageNotFound',
  'ThemeChange',
  'UnhandledRejection',
  'UserCaptureScreen',
  'WindowResize',
]

export function createPhone(): Phone {
  const listeners = new Map<string, Set<Listener>>(eventNames.map((name) => [name, new Set()]))
  const watchers = new Set<(online: boolean) => void>()
  const dark = window.matchMedia('(prefers-color-scheme: dark)')
  let online = true
  const emit = (name: string, event: Record<string, unknown>): void => {
    for (const listener of [...(listeners.get(name) ?? [])]) listener(event)
  }
  const api: Phone['api'] = {}
  for (const [name, set] of listeners) {
    api[`on${name}`] = (listener) => {
      if (listener) set.add(listener)
    }
    api[`off${name}`] = (listener) => {
      if (listener) set.delete(listener)
      else set.clear()
    }
  }
  dark.addEventListener('change', () =>
    emit('ThemeChange', { theme: dark.matches ? 'dark' : 'light' }),
  )
  return {
    online: () => online,
    setOnline(value) {
      if (value === online) return
      online = value
      for (const watcher of [...watchers]) watcher(value)
      emit('NetworkStatusChange', { isConnected: value, networkType: value ? 'wifi' : 'none' })
    },
    onConnectivity(watcher) {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    theme: () => (dark.matches ? 'dark' : 'light'),
    emit,
    api,
  }
}
