import type { Phone } from './phone'
import type { AppRecords } from './records'
import { strict } from './strict'
import type { Webview } from './webviews'

declare global {
  /** Called by each webview's document before its scripts (see launch.ts). */
  var createViewPlus: (id: string) => object
}

/** The `plus` of one webview. */
export function createViewPlus(
  id: string,
  webviews: ReadonlyMap<string, Webview>,
  phone: Phone,
  records: AppRecords,
): object {
  return {
    os: { name: 'Android', version: '13' },
    screen: screenOf(),
    navigator: strict(records, 'plus.navigator (view)', navigatorOf(phone)),
    io: { convertLocalFileSystemURL: (path: string) => path.replace(/^_www/, '') },
    key: { showSoftKeybord: () => undefined },
    nativeUI: {},
    nativeObj: {},
    webview: {
      currentWebview: () => webviews.get(id),
      getLaunchWebview: () => webviews.get('1'),
      postMessageToUniNView(message: unknown) {
        records.meter.messages += 1
        const data = JSON.parse(JSON.stringify(message)) as unknown
        setTimeout(() => phone.plusEvents.emit('plusMessage', { data }))
      },
    },
  }
}

export function screenOf() {
  const { innerWidth, innerHeight } = window
  return {
    scale: 1,
    resolutionWidth: innerWidth,
    resolutionHeight: innerHeight,
    getCurrentSize: () => ({
      resolutionWidth: window.innerWidth,
      resolutionHeight: window.innerHeight,
    }),
  }
}

export function navigatorOf(phone: Phone) {
  const none = { top: 0, right: 0, bottom: 0, left: 0, deviceTop: 0, deviceBottom: 0 }
  return {
    getUIStyle: phone.theme,
    isImmersedStatusbar: () => false,
    getStatusbarHeight: () => 24,
    getSafeAreaInsets: () => none,
  }
}
