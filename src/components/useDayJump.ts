import { pickDay, toast } from '../platform/ui'
import { useChatStore } from '../stores/chat'
import { useSettingsStore } from '../stores/settings'

/** Lets the reader of the open room choose a day and goes to its first message. */
export function useDayJump() {
  const chat = useChatStore()
  const settings = useSettingsStore()

  /** As calendars on every platform want it: `yyyy-mm-dd` of the viewer's own day. */
  function today(): string {
    const now = new Date()
    const two = (part: number): string => String(part).padStart(2, '0')
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  }

  /** @param chosen `yyyy-mm-dd`; `''` asks for it, in a browser */
  async function goToDay(chosen: string): Promise<void> {
    const day = chosen || (await pickDay(today()))
    // Without a zone the time is the viewer's midnight.
    const at = day === undefined ? NaN : new Date(`${day}T00:00:00`).getTime()
    if (Number.isNaN(at)) return
    const result = await chat.jumpToTime(at)
    if (result === 'missing') chat.jumpToNewest()
    else if (result === 'failed') toast(settings.t('room.jumpFailed'))
  }

  return { goToDay, today }
}
