import { computed } from 'vue'
import { useChatStore } from '../../stores/chat'
import { useSettingsStore } from '../../stores/settings'

/** What the list of messages says of what it does not show: at its older end, and where messages are missing. */
export function useListTexts() {
  const chat = useChatStore()
  const settings = useSettingsStore()

  const topText = computed(() => {
    switch (chat.historyState) {
      case 'loading':
        return settings.t('room.loading')
      case 'failed':
        return `${chat.roomFailure || settings.t('room.historyFailed')} ${settings.t('room.tapToRetry')}`
      case 'complete':
        return settings.t(chat.chunks.length === 0 ? 'room.empty' : 'room.start')
      case 'idle':
        return ''
    }
  })

  const gapText = computed(() => {
    if (chat.gapState === 'loading') return settings.t('room.loading')
    return settings.t(chat.gapState === 'failed' ? 'room.gapFailed' : 'room.gap')
  })

  return { topText, gapText }
}
