import type { Disposer, Network } from './types'

/** Whether the device has a connection at all; it says nothing about the server being reachable through it. */
export const platformNetwork: Network =
  process.env.UNI_PLATFORM === 'h5' ? { onChange: onBrowserChange } : { onChange: onDeviceChange }

function onBrowserChange(listener: (isOnline: boolean) => void): Disposer {
  const onOnline = (): void => listener(true)
  const onOffline = (): void => listener(false)
  window.addEventListener('online', onOnline)
  if (!window.navigator.onLine) onOffline()
  window.addEventListener('offline', onOffline)
  return () => {
    window.removeEventListener('online', onOnline)
    window.removeEventListener('offline', onOffline)
  }
}

/** Also told when Wi-Fi gives way to mobile data, which kills open sockets without a word. */
function onDeviceChange(listener: (isOnline: boolean) => void): Disposer {
  const onStatus = (status: { isConnected: boolean }): void => listener(status.isConnected)
  uni.onNetworkStatusChange(onStatus)
  uni.getNetworkType({
    success: ({ networkType }) => {
      if (networkType === 'none') listener(false)
    },
  })
  return () => uni.offNetworkStatusChange(onStatus)
}
