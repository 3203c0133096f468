import { nextAnswer, type AppRecords } from './records'

type Tell = (answer: { index: number; value?: string }) => void

/** plus.nativeUI: records what would be drawn and answers as the test has queued. */
export function createNativeUi(records: AppRecords) {
  const log = (api: string, options: unknown): void =>
    void records.log.push({ api, options: JSON.parse(JSON.stringify(options ?? null)) as unknown })
  const ask = (message: string, tell: Tell, title: string, buttons: string[]): void => {
    log('showModal', { title, content: message.trim() })
    const answer = nextAnswer(records, 'showModal', true)
    const confirmed = answer !== false
    setTimeout(() =>
      tell({
        index: confirmed ? buttons.length - 1 : 0,
        ...(typeof answer === 'string' ? { value: answer } : undefined),
      }),
    )
  }
  return {
    toast: (message: string) => log('showToast', { title: message }),
    closeToast: () => undefined,
    showWaiting(title: string) {
      log('showLoading', { title })
      return { close: () => undefined, setTitle: () => undefined }
    },
    closeWaiting: () => undefined,
    confirm: (message: string, tell: Tell, title: string, buttons: string[]) =>
      ask(message, tell, title, buttons),
    prompt: (message: string, tell: Tell, title: string, _tip: string, buttons: string[]) =>
      ask(message, tell, title, buttons),
    /** `index` counts the buttons from 1; 0 is cancel. */
    actionSheet({ buttons }: { buttons: { title: string }[] }, tell: Tell) {
      log('showActionSheet', { itemList: buttons.map(({ title }) => title) })
      const answer = nextAnswer(records, 'showActionSheet', 0)
      setTimeout(() => tell({ index: typeof answer === 'number' ? answer + 1 : 0 }))
    },
    previewImage: (urls: string[]) => log('previewImage', { urls }),
    closePreviewImage: () => undefined,
  }
}
