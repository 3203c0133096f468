import type { AppBootOptions } from '../types'
import type { Phone } from './phone'
import type { AppRecords } from './records'
import { createSockets } from './sockets'
import { createStream } from './stream'
import { strict } from './strict'

/** The `weex` of the service layer: where native modules come from. */
export function createWeex(phone: Phone, records: AppRecords, options: AppBootOptions): object {
  let clipboard = ''
  const modules: Record<string, object> = {
    plus: createPlusModule(phone, options),
    globalEvent: phone.weexEvents,
    stream: createStream(phone, records),
    'uni-webSocket': createSockets(phone, records),
    clipboard: {
      setString(text: string) {
        records.log.push({ api: 'setClipboardData', options: { data: text } })
        clipboard = text
      },
      getString: (tell: (answer: object) => void) => tell({ result: 'success', data: clipboard }),
    },
  }
  return {
    config: { env: { scale: 1, deviceWidth: innerWidth, platform: 'android' }, preload: false },
    requireModule: (name: string) => strict(records, `weex module ${name}`, modules[name] ?? {}),
    supports: () => false,
  }
}

function createPlusModule(phone: Phone, options: AppBootOptions) {
  const search = Object.entries(options.query ?? {}).map(([name, value]) => `${name}=${value}`)
  return {
    getLanguage: () => 'zh-Hans',
    setLanguage: () => undefined,
    getSystemInfoSync: () => systemInfo(phone),
    getSystemSetting: () => ({}),
    getAppAuthorizeSetting: () => ({}),
    getAppState: () => 0,
    getRedirectInfo: () => ({ path: options.path ?? '', query: search.join('&'), extraData: null }),
    sendNativeEvent: () => undefined,
    setDefaultBrightness: () => undefined,
    uniReady: () => undefined,
  }
}

function systemInfo(phone: Phone): Record<string, unknown> {
  const { innerWidth: width, innerHeight: height } = window
  const statusBarHeight = 24
  return {
    appId: '__UNI__TEST',
    appName: 'test',
    appVersion: '1.0.0',
    appVersionCode: 100,
    deviceBrand: 'google',
    deviceModel: 'Pixel',
    deviceId: 'test-phone',
    deviceType: 'phone',
    deviceOrientation: 'portrait',
    osName: 'android',
    osVersion: '13',
    osLanguage: 'zh-CN',
    osTheme: phone.theme(),
    language: 'zh-Hans',
    uniPlatform: 'app',
    pixelRatio: window.devicePixelRatio,
    screenWidth: width,
    screenHeight: height,
    windowWidth: width,
    windowHeight: height,
    statusBarHeight,
    safeAreaInsets: { top: statusBarHeight, right: 0, bottom: 0, left: 0 },
    safeArea: {
      left: 0,
      top: statusBarHeight,
      right: width,
      bottom: height,
      width,
      height: height - statusBarHeight,
    },
  }
}
