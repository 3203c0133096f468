import { onShow } from '@dcloudio/uni-app'
import { watch } from 'vue'
import { isSystemDark, paintSurroundings } from '../platform/page'
import { useSettingsStore } from '../stores/settings'

/** Lets what the system draws around a page follow the chosen theme, each time the page shows. */
export function usePageTheme(): void {
  const settings = useSettingsStore()

  function paint(): void {
    paintSurroundings(settings.theme === 'auto' ? isSystemDark() : settings.theme === 'dark')
  }

  onShow(paint)
  watch(() => settings.theme, paint)
}
