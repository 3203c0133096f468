import { textOf } from '../text'
import type { BuiltIn } from './define'

const functions: Record<string, string> = {
  navigate: 'navigateTo',
  redirect: 'redirectTo',
  switchTab: 'switchTab',
  reLaunch: 'reLaunch',
  navigateBack: 'navigateBack',
}

/** `navigator`: a tap navigates through `wx`. */
export function createNavigator(wx: () => Record<string, unknown>): BuiltIn {
  return {
    name: 'navigator',
    others: ['url', 'openType', 'delta', 'target', 'appId', 'path'],
    create({ element, get }) {
      element.addEventListener('click', () => {
        const name = functions[textOf(get('openType'), 'navigate')] ?? 'navigateTo'
        const navigate = wx()[name] as (options: object) => void
        navigate({ url: get('url'), delta: Number(get('delta') ?? 1) })
      })
      return {}
    },
  }
}
