import { nextAnswer, type Records } from '../records'
import { type Api, ApiFailure, type ApiOptions, callbackApi, plainCopy } from './callbacks'

/** What the program asks the phone to show or do, recorded in the log; nothing is drawn. */
const recorded = [
  'hideHomeButton',
  'hideKeyboard',
  'hideLoading',
  'hideNavigationBarLoading',
  'hideShareMenu',
  'hideTabBar',
  'hideTabBarRedDot',
  'hideToast',
  'loadFontFace',
  'makePhoneCall',
  'openDocument',
  'openSetting',
  'pageScrollTo',
  'preloadAssets',
  'previewImage',
  'previewMedia',
  'removeTabBarBadge',
  'reportEvent',
  'requestSubscribeMessage',
  'saveImageToPhotosAlbum',
  'setBackgroundColor',
  'setBackgroundTextStyle',
  'setKeepScreenOn',
  'setNavigationBarColor',
  'setNavigationBarTitle',
  'setTabBarBadge',
  'setTabBarItem',
  'setTabBarStyle',
  'showLoading',
  'showNavigationBarLoading',
  'showShareMenu',
  'showTabBar',
  'showTabBarRedDot',
  'showToast',
  'startPullDownRefresh',
  'stopPullDownRefresh',
  'vibrateLong',
  'vibrateShort',
]

export function createUserInterface(records: Records): Record<string, Api> {
  const record = (api: string, options: unknown): void =>
    void records.log.push({ api, options: plainCopy(options) })
  let clipboard = ''
  const api: Record<string, Api> = {}
  for (const name of recorded) api[name] = callbackApi(name, (options) => record(name, options))
  return {
    ...api,
    showModal: callbackApi('showModal', (options) => {
      record('showModal', options)
      return modalAnswer(nextAnswer(records, 'showModal', true))
    }),
    showActionSheet: callbackApi('showActionSheet', (options) => {
      record('showActionSheet', options)
      const index = nextAnswer(records, 'showActionSheet', 0)
      if (typeof index !== 'number') throw new ApiFailure('cancel')
      return { tapIndex: index }
    }),
    setClipboardData: callbackApi('setClipboardData', (options: ApiOptions) => {
      record('setClipboardData', options)
      clipboard = String(options.data)
    }),
    getClipboardData: callbackApi('getClipboardData', () => ({ data: clipboard })),
    login: callbackApi('login', () => ({ code: nextAnswer(records, 'login', 'test-login-code') })),
    checkSession: callbackApi('checkSession', () => undefined),
    getSetting: callbackApi('getSetting', () => ({ authSetting: {} })),
  }
}

/** true confirms, false cancels, a text confirms an editable modal. */
function modalAnswer(answer: unknown): Record<string, unknown> {
  const confirmed = answer !== false
  const result: Record<string, unknown> = { confirm: confirmed, cancel: !confirmed }
  if (typeof answer === 'string') result.content = answer
  return result
}
