import { safeArea, type BootOptions } from '../../bundle'
import { callbackApi } from './callbacks'
import type { Phone } from './phone'

const { top: statusBarHeight, bottom: homeIndicatorHeight } = safeArea

/** What the phone says about itself: an iPhone-like screen of the viewport's size. */
export function createSystem(
  phone: Phone,
  launch: Required<Pick<BootOptions, 'path' | 'query'>>,
  language: string,
) {
  const info = () => systemInfo(phone, language)
  const launchOptions = () => ({ ...launch, scene: 1001, referrerInfo: {}, shareTicket: '' })
  const api: Record<string, (...args: never[]) => unknown> = {
    getLaunchOptionsSync: launchOptions,
    getEnterOptionsSync: launchOptions,
    getAccountInfoSync: () => ({
      miniProgram: { appId: 'touristappid', envVersion: 'develop', version: '' },
    }),
    getMenuButtonBoundingClientRect: menuButton,
    getUpdateManager: () => ({
      onCheckForUpdate: (listener: (result: object) => void) =>
        void Promise.resolve().then(() => listener({ hasUpdate: false })),
      onUpdateReady: () => undefined,
      onUpdateFailed: () => undefined,
      applyUpdate: () => undefined,
    }),
    getNetworkType: callbackApi('getNetworkType', () => ({
      networkType: phone.online() ? 'wifi' : 'none',
    })),
    nextTick: (run: () => void) => void Promise.resolve().then(run),
  }
  const family = ['SystemInfoSync', 'WindowInfo', 'DeviceInfo', 'AppBaseInfo', 'SystemSetting']
  for (const name of [...family, 'AppAuthorizeSetting']) api[`get${name}`] = info
  for (const name of ['getSystemInfo', 'getSystemInfoAsync']) api[name] = callbackApi(name, info)
  return api
}

function systemInfo(phone: Phone, language: string): Record<string, unknown> {
  const { innerWidth: width, innerHeight: height } = window
  const bottom = height - homeIndicatorHeight
  return {
    SDKVersion: '3.8.12',
    version: '8.0.60',
    brand: 'iPhone',
    model: 'iPhone 14',
    platform: 'ios',
    system: 'iOS 17.0',
    language,
    theme: phone.theme(),
    pixelRatio: window.devicePixelRatio,
    screenWidth: width,
    screenHeight: height,
    windowWidth: width,
    windowHeight: height,
    screenTop: 0,
    statusBarHeight,
    fontSizeSetting: 16,
    benchmarkLevel: -1,
    deviceOrientation: 'portrait',
    enableDebug: false,
    host: { env: 'WeChat', appId: '' },
    safeArea: {
      left: 0,
      right: width,
      top: statusBarHeight,
      bottom,
      width,
      height: bottom - statusBarHeight,
    },
  }
}

/** The capsule with "..." and the close ring; a page with its own title bar must leave its place free. */
export function menuButton() {
  const right = window.innerWidth - 7
  const top = statusBarHeight + 4
  return { left: right - 87, right, top, bottom: top + 32, width: 87, height: 32 }
}
