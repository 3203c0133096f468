import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { createTranslate, localeFor, type Locale } from '../locales/translate'
import { useServices } from './services'

export type Theme = 'auto' | 'light' | 'dark'

const key = 'settings'
/** In the order in which they are offered. */
export const locales: readonly Locale[] = ['zh-CN', 'en']
export const themes: readonly Theme[] = ['auto', 'light', 'dark']

/** Language and appearance of this device; they outlive a sign-out. */
export const useSettingsStore = defineStore('settings', () => {
  const { announceLanguage, storage, systemLanguage } = useServices()
  const locale = ref<Locale>(localeFor(systemLanguage))
  const theme = ref<Theme>('auto')
  const t = computed(() => createTranslate(locale.value))
  const themeClass = computed(() => `app-page theme-${theme.value}`)

  /** Reads what was chosen before; anything unreadable counts as not chosen. */
  function restore(): void {
    read()
    announceLanguage(locale.value)
  }

  function read(): void {
    const saved = storage.get(key)
    if (typeof saved !== 'object' || saved === null) return
    const chosen = saved as { locale?: unknown; theme?: unknown }
    locale.value = locales.find((one) => one === chosen.locale) ?? locale.value
    theme.value = themes.find((one) => one === chosen.theme) ?? theme.value
  }

  function save(): void {
    try {
      storage.set(key, { locale: locale.value, theme: theme.value })
    } catch {
      // A full storage must not keep anybody from reading in their language; the choice lasts until the app closes.
    }
  }

  function setLocale(value: Locale): void {
    locale.value = value
    announceLanguage(value)
    save()
  }

  function setTheme(value: Theme): void {
    theme.value = value
    save()
  }

  return { locale, theme, t, themeClass, restore, setLocale, setTheme }
})
