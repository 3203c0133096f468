import { watch } from 'vue'
import { toast } from '../platform/ui'
import { useChatStore } from '../stores/chat'
import { textOfChange, textOfCode } from '../stores/errorText'
import { useOutboxStore } from '../stores/outbox'
import { useSettingsStore } from '../stores/settings'

/**
 * Says at once why the server refused something, whichever page shows then. A message or an edit stays in its room with what
 * can be done about it; a deletion or a reaction is taken back, and nothing else would tell. So does nothing else tell where
 * a text went whose message is deleted.
 */
export function tellRefusals(): void {
  const chat = useChatStore()
  const outbox = useOutboxStore()
  const { t } = useSettingsStore()
  watch(
    () => outbox.lastFailure,
    (entry) => {
      if (entry) toast(textOfCode(entry.code, entry.reason, t))
    },
  )
  watch(
    () => outbox.lastRefusal,
    (change) => {
      if (change) toast(textOfChange(change, t))
    },
  )
  watch(
    () => chat.returned,
    (text) => {
      if (text) toast(t('message.keptAsDraft'))
    },
  )
}
