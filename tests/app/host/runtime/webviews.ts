import { createEmitter, type Emitter } from './emitter'
import type { Phone } from './phone'
import { describeError, type AppRecords } from './records'
import { createViewPlus } from './viewPlus'

/** One page of the app: an iframe with the app's own view layer in it. */
export type Webview = Emitter & {
  id: string
  evalJS(script: string): void
  show(animation?: string, duration?: number, done?: () => void): void
  hide(): void
  close(): void
  [member: string]: unknown
}

export type Webviews = {
  create(id: string): Promise<Webview>
  /**
   * plus.webview.create of a page.
   * @throws for the base app's own pages (scanner, map, file picker), which are not emulated
   */
  open(url: string, id: string): Webview
  get(id: unknown): Webview | undefined
  all(): Webview[]
}

/** Keeps the webviews; the one shown last lies on top and carries the attribute data-top. */
export function createWebviews(phone: Phone, records: AppRecords): Webviews {
  const webviews = new Map<string, Webview>()
  const shown: HTMLIFrameElement[] = []
  const raise = (frame: HTMLIFrameElement, visible: boolean): void => {
    const at = shown.indexOf(frame)
    if (at >= 0) shown.splice(at, 1)
    if (visible) shown.push(frame)
    frame.style.visibility = visible ? 'visible' : 'hidden'
    shown.forEach((one, index) => {
      one.style.zIndex = String(index)
      one.toggleAttribute('data-top', index === shown.length - 1)
    })
    if (!visible) frame.removeAttribute('data-top')
  }
  const add = (id: string) => {
    const frame = createFrame(id)
    const webview = createWebview(id, frame, records, {
      raise,
      remove: () => webviews.delete(id),
    })
    webviews.set(id, webview)
    const loaded = new Promise<Webview>((resolve) => {
      frame.addEventListener('load', () => resolve(webview), { once: true })
    })
    document.body.append(frame)
    return { webview, loaded }
  }
  window.createViewPlus = (id) => createViewPlus(id, webviews, phone, records)
  return {
    create: (id) => add(id).loaded,
    open(url, id) {
      if (url.endsWith('__uniappview.html')) return add(id).webview
      const message = `the native page ${url} is not emulated by the test host`
      records.errors.push(message)
      throw new Error(message)
    },
    get: (id) => webviews.get(String(id)),
    all: () => [...webviews.values()],
  }
}

function createFrame(id: string): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.dataset.id = id
  frame.src = '/__uniappview.html'
  frame.style.cssText =
    'position:absolute;inset:0;width:100%;height:100%;border:0;visibility:hidden'
  return frame
}

type Stage = { raise(frame: HTMLIFrameElement, visible: boolean): void; remove(): void }

function createWebview(
  id: string,
  frame: HTMLIFrameElement,
  records: AppRecords,
  stage: Stage,
): Webview {
  const events = createEmitter()
  const style: Record<string, unknown> = { locale: 'zh-Hans' }
  const nothing = (): void => undefined
  return {
    ...events,
    id,
    evalJS: (script) => evaluateLater(frame, script, records),
    show(_animation, _duration, done) {
      stage.raise(frame, true)
      events.emit('show')
      setTimeout(() => done?.())
    },
    hide() {
      stage.raise(frame, false)
      events.emit('hide')
    },
    close() {
      events.emit('close')
      stage.raise(frame, false)
      stage.remove()
      frame.remove()
    },
    getStyle: () => style,
    setStyle: (change: Record<string, unknown>) => void Object.assign(style, change),
    isVisible: () => frame.style.visibility === 'visible',
    children: () => [],
    parent: () => null,
    opener: () => null,
    getURL: () => '_www/__uniappview.html',
    getTitleNView: () => ({ setStyle: nothing, getStyle: () => ({}) }),
    canBack: (tell: (answer: object) => void) => tell({ canBack: false }),
    append: nothing,
    setCssFile: nothing,
    setPullToRefresh: nothing,
    beginPullToRefresh: () => events.emit('pullToRefresh'),
    endPullToRefresh: nothing,
    drag: nothing,
    interceptTouchEvent: nothing,
    setSoftinputTemporary: nothing,
    getSafeAreaInsets: () => ({ top: 0, right: 0, bottom: 0, left: 0 }),
    setTitleNViewButtonBadge: nothing,
  }
}

/** The native bridge delivers scripts in order and in tasks of their own. */
function evaluateLater(frame: HTMLIFrameElement, script: string, records: AppRecords): void {
  records.meter.calls += 1
  records.meter.size += script.length
  setTimeout(() => {
    const view = frame.contentWindow as (Window & { eval(script: string): unknown }) | null
    try {
      view?.eval(script)
    } catch (error) {
      records.errors.push(`view: ${describeError(error)}`)
    }
  })
}
