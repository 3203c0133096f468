import { createNativeUi } from './nativeUi'
import type { Phone } from './phone'
import { nextAnswer, type AppRecords } from './records'
import { createStorage } from './storage'
import { strict } from './strict'
import { navigatorOf, screenOf } from './viewPlus'
import type { Webviews } from './webviews'

/** plus.networkinfo: 1 is no network, 3 is Wi-Fi. */
const connectionTypes = { none: 1, wifi: 3 }

/** The `plus` of the service layer. */
export function createPlus(phone: Phone, webviews: Webviews, records: AppRecords): object {
  const nothing = (): void => undefined
  const log = (api: string, options: unknown = null): void =>
    void records.log.push({ api, options })
  const screen = screenOf()
  const modules: Record<string, object> = {
    os: { name: 'Android', version: '13', language: 'zh-CN', vendor: 'Google' },
    runtime: {
      appid: 'HBuilder',
      arguments: '',
      channel: '',
      launcher: 'default',
      version: '1.0.0',
      innerVersion: '1.9.9',
      quit: () => log('quit'),
      openURL(url: string, onError?: () => void) {
        log('openURL', { url })
        if (nextAnswer(records, 'openURL', true) === false) setTimeout(() => onError?.())
      },
    },
    screen: { ...screen, setBrightness: nothing },
    display: screen,
    navigator: {
      ...navigatorOf(phone),
      setStatusBarStyle: nothing,
      setStatusBarBackground: nothing,
      getStatusBarStyle: () => 'dark',
      getOrientation: () => (window.innerWidth > window.innerHeight ? 90 : 0),
      closeSplashscreen: phone.closeSplash,
    },
    key: { ...phone.keys, hideSoftKeybord: nothing, showSoftKeybord: nothing },
    globalEvent: phone.plusEvents,
    io: {
      PRIVATE_WWW: 1,
      convertLocalFileSystemURL: (path: string) => path,
      convertAbsoluteFileSystem: (path: string) => path,
      resolveLocalFileSystemURL: nothing,
    },
    networkinfo: {
      getCurrentType: () => (phone.online() ? connectionTypes.wifi : connectionTypes.none),
    },
    nativeUI: createNativeUi(records),
    storage: createStorage(),
    device: { uuid: 'test-phone', imei: '', model: 'Pixel', vendor: 'Google', vibrate: nothing },
    webview: {
      create: (url: string, id: string) => webviews.open(url, id),
      getLaunchWebview: () => webviews.get('1'),
      getWebviewById: webviews.get,
      currentWebview: () => webviews.get('1'),
      all: webviews.all,
      postMessageToUniNView: nothing,
    },
    push: { addEventListener: nothing, removeEventListener: nothing },
  }
  const strictModules = Object.entries(modules).map(
    ([name, module]) => [name, strict(records, `plus.${name}`, module)] as const,
  )
  return strict(records, 'plus', Object.fromEntries(strictModules))
}
