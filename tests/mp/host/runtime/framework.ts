import * as glassEasel from 'glass-easel'
import * as adapter from 'glass-easel-miniprogram-adapter'
import { builtInNames } from '../bundle'
import { installLongPress } from './longPress'
import type { Records } from './records'
import type { CodeSpace, FrameworkElement, PageRoot } from './types'

export type Framework = {
  /** Where built-in components are defined. */
  builtInSpace: CodeSpace
  /** Where the program's pages and components are defined. Created on first use, after the built-ins. */
  programSpace(): CodeSpace
  createRoot(path: string): PageRoot
}

type Dispatcher = {
  Event: {
    new (type: string, detail: unknown, options: object): { getEventBubbleStatus(): unknown }
    dispatchEvent(target: unknown, event: unknown): void
  }
}

/** Only these DOM events are mini-program events as they are; `input`, `scroll` and others come from built-ins. */
const domEvents = new Set([
  'touchstart',
  'touchmove',
  'touchend',
  'touchcancel',
  'transitionend',
  'animationstart',
  'animationiteration',
  'animationend',
])

/** Starts WeChat's component framework on this document. */
export function startFramework(records: Records): Framework {
  configure(records)
  const environment = new adapter.MiniProgramEnv()
  const context = new glassEasel.CurrentWindowBackendContext()
  context.document = elementFactory() as unknown as typeof context.document
  const listen = context.setListenerStats.bind(context)
  context.setListenerStats = (element, type, ...rest) => {
    if (domEvents.has(type)) listen(element, type, ...rest)
  }
  dispatchEvents(context)
  const backend = environment.associateBackend(context)
  let programSpace: CodeSpace | undefined
  return {
    builtInSpace: environment.getGlobalCodeSpace() as unknown as CodeSpace,
    programSpace: () =>
      (programSpace ??= environment.createCodeSpace('program', true, {}) as unknown as CodeSpace),
    createRoot: (path) =>
      backend.createRoot(
        'wx-page-root',
        programSpace as unknown as adapter.CodeSpace,
        path,
      ) as unknown as PageRoot,
  }
}

function configure(records: Records): void {
  const options = glassEasel.globalOptions
  // uni-app puts its event handlers on the instance, not among the methods.
  options.useMethodCallerListeners = true
  options.writeIdToDOM = true
  options.throwGlobalError = false
  glassEasel.addGlobalErrorListener((error) => {
    records.errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return false
  })
  glassEasel.addGlobalWarningListener((warning: unknown) => {
    const text = warning instanceof Error ? warning.message : String(warning)
    if (!harmless.test(text)) records.warnings.push(text)
    return false
  })
}

/** uni-app leaves attributes of Vue and of HTML in templates, and renders lists before their data exists. */
const harmless =
  /"(prop|ref|key|alt|title|lang|autocomplete|enterkeyhint|inputmode|draggable)" is not a valid property|for-list/i

function dispatchEvents(context: glassEasel.CurrentWindowBackendContext): void {
  const { Event: FrameworkEvent } = glassEasel as unknown as Dispatcher
  const send = (target: unknown, type: string, detail: unknown, options: object): unknown => {
    const event = new FrameworkEvent(type, detail, options)
    FrameworkEvent.dispatchEvent(target, event)
    return event.getEventBubbleStatus()
  }
  const press = installLongPress((target, detail, originalEvent) => {
    send(target, 'longpress', detail, { originalEvent, bubbles: true, composed: true })
  })
  context.onEvent((target, type, detail, options) => {
    const element = (target as unknown as FrameworkElement).$$
    if (type === 'tap' && (press.swallowsTap() || element.closest('[mp-disabled]'))) return
    return send(target, type, detail, options) as glassEasel.EventBubbleStatus
  })
}

/** Built-ins draw as `wx-view`, `wx-input`...: the tag `input` itself would be the browser's own control. */
function elementFactory() {
  const own = new Set(builtInNames)
  const nameOf = (tag: string): string => {
    const isCustom = tag.startsWith('wx-') || tag === 'div' || (tag.includes('-') && !own.has(tag))
    return isCustom ? tag : `wx-${tag}`
  }
  return {
    createElement: (tag: string) => document.createElement(nameOf(tag)),
    createTextNode: (text: string) => document.createTextNode(text),
    createDocumentFragment: () => document.createDocumentFragment(),
  }
}
