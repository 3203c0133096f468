import { createWxsDescriptor, wrapChangeListener } from './wxs'
import { elementOf, type ComponentInstance, type FrameworkEvent } from './types'

declare global {
  /** Called by compiled templates for every event listener (see compile.ts). */
  var mpCallListener: (
    caller: ComponentInstance,
    event: FrameworkEvent,
    listener: Callback,
  ) => unknown
  /** Called by compiled templates for every listener of a WXS `change:` property. */
  var mpWrapChangeListener: typeof wrapChangeListener
}

type Callback = (this: unknown, ...args: unknown[]) => unknown

type Touch = { identifier: number; pageX: number; pageY: number; clientX: number; clientY: number }

let listenedTypes: Set<string> | undefined

/** Connects compiled templates to this host: their listeners receive mini-program event objects. */
export function installEvents(): void {
  globalThis.mpCallListener = (caller, event, listener) => {
    listenedTypes?.add(event.type)
    const owner = createWxsDescriptor(elementOf(caller), caller)
    return listener.call(caller, toMiniProgramEvent(caller, event), owner)
  }
  globalThis.mpWrapChangeListener = wrapChangeListener
}

/** Runs `send` and says whether any listener of the program heard a long press meanwhile. */
export function longPressListened(send: () => void): boolean {
  const types = (listenedTypes = new Set<string>())
  try {
    send()
  } finally {
    listenedTypes = undefined
  }
  return types.has('longpress')
}

function toMiniProgramEvent(caller: ComponentInstance, event: FrameworkEvent): object {
  const touches = touchesOf(event.getOriginalEvent?.())
  return {
    type: event.type,
    timeStamp: event.timeStamp,
    target: describeTarget(event.target),
    currentTarget: describeTarget(event.currentTarget),
    mark: event.mark ?? {},
    detail: event.detail,
    touches,
    changedTouches: touches,
    instance: createWxsDescriptor(elementOf(event.currentTarget), caller),
  }
}

function describeTarget(target: FrameworkEvent['target']): object {
  const element = elementOf(target)
  // A component with a virtual host has no element of its own.
  const dom = element.$$ as HTMLElement | null
  return {
    id: element.id,
    dataset: { ...element.dataset },
    offsetLeft: dom?.offsetLeft ?? 0,
    offsetTop: dom?.offsetTop ?? 0,
  }
}

function touchesOf(event: Event | undefined): Touch[] {
  if (event instanceof MouseEvent) return [touchAt(0, event)]
  if (!(event instanceof TouchEvent)) return []
  return Array.from(event.changedTouches).map((touch) => touchAt(touch.identifier, touch))
}

function touchAt(identifier: number, point: Omit<Touch, 'identifier'>): Touch {
  const { pageX, pageY, clientX, clientY } = point
  return { identifier, pageX, pageY, clientX, clientY }
}
