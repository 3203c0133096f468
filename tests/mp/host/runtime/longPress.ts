import { longPressListened } from './events'

/** WeChat's time until a touch that does not move is a long press. */
const delay = 350
const tolerance = 10

export type LongPress = {
  /** Whether the tap that ends the current touch must not be told: a long press has been handled before it. */
  swallowsTap(): boolean
}

/** Recognises long presses on the document; the framework itself knows taps only. */
export function installLongPress(
  tell: (target: unknown, detail: object, event: TouchEvent) => void,
): LongPress {
  let timer: number | undefined
  let handled = false
  let start = { x: 0, y: 0 }
  const stop = (): void => window.clearTimeout(timer)
  const begin = (event: TouchEvent): void => {
    stop()
    handled = false
    const touch = event.touches[0]
    const target = frameworkElement(event.target)
    if (!touch || !target || event.touches.length > 1) return
    start = { x: touch.clientX, y: touch.clientY }
    timer = window.setTimeout(() => {
      handled = longPressListened(() => tell(target, start, event))
    }, delay)
  }
  const move = (event: TouchEvent): void => {
    const touch = event.touches[0]
    if (!touch) return
    if (Math.hypot(touch.clientX - start.x, touch.clientY - start.y) > tolerance) stop()
  }
  document.addEventListener('touchstart', begin, { capture: true, passive: true })
  document.addEventListener('touchmove', move, { capture: true, passive: true })
  document.addEventListener('touchend', stop, true)
  document.addEventListener('touchcancel', stop, true)
  document.addEventListener('contextmenu', (event) => event.preventDefault())
  return { swallowsTap: () => handled }
}

function frameworkElement(target: EventTarget | null): unknown {
  let node = target instanceof Node ? target : null
  while (node && !('__wxElement' in node)) node = node.parentNode
  return (node as { __wxElement?: unknown } | null)?.__wxElement
}
