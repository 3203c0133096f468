import { en, type LocaleKey, type Messages } from './en'
import { zhCN } from './zhCN'

export type Locale = 'zh-CN' | 'en'

export type Params = Readonly<Record<string, string | number>>

/** Looks a text up and fills its places. A place without a parameter stays as it is. */
export type Translate = (key: LocaleKey, params?: Params) => string

const messagesOf: Record<Locale, Messages> = { 'zh-CN': zhCN, en }

/** `{name}`, or `{name|one|other}`. */
const places = /\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g

/**
 * A translator for one language. `{name}` becomes the parameter; `{name|one|other}` becomes the form that goes with the
 * number: `one` for exactly 1, `other` for all else, `1+` included. Two forms are what English has and one more than Chinese
 * needs, so this asks nothing of `Intl.PluralRules`, which mini-programs do not all have.
 *
 * This is not vue-i18n: two flat tables and typed keys need forty lines, and the library's 15 KB would be a tenth of the H5
 * budget (docs/adr/0003).
 */
export function createTranslate(locale: Locale): Translate {
  const messages = messagesOf[locale]
  return (key, params) => {
    const text = messages[key]
    if (params === undefined) return text
    return text.replace(places, (place, name: string, one?: string, other?: string) => {
      const value = params[name]
      if (value === undefined) return place
      if (one === undefined || other === undefined) return String(value)
      return String(value) === '1' ? one : other
    })
  }
}

/** True for keys that exist; for keys that are put together at run time (`system.` + type). */
export function isLocaleKey(key: string): key is LocaleKey {
  return Object.prototype.hasOwnProperty.call(en, key)
}

/** The interface language for a system language tag such as `zh-Hans-CN` or `en_GB`. Chinese of any kind reads zh-CN. */
export function localeFor(systemLanguage: string): Locale {
  return systemLanguage.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}
