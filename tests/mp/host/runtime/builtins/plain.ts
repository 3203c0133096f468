import { builtInNames } from '../../bundle'
import { isTrue, type BuiltIn } from './define'

/** Attributes of the components that only show what is inside them. */
const accepted = [
  ...['selectable', 'userSelect', 'space', 'decode', 'overflow', 'maxLines', 'for', 'src', 'type'],
  ...['size', 'color', 'percent', 'controls', 'autoplay', 'poster', 'mode', 'url', 'enable'],
  ...['showInfo', 'strokeWidth', 'activeColor', 'backgroundColor', 'pageStyle', 'rootFontSize'],
  ...['backgroundTextStyle', 'backgroundColorTop', 'backgroundColorBottom', 'show', 'position'],
  ...['round', 'overlay', 'duration', 'zIndex', 'overlayStyle', 'customStyle', 'closeOnSlideDown'],
  ...['objectFit', 'initialTime', 'loop', 'muted', 'showFullscreenBtn', 'showPlayBtn', 'direction'],
  ...['longitude', 'latitude', 'scale', 'markers', 'canvasId', 'x', 'y', 'reportSubmit', 'border'],
]

const button: BuiltIn = {
  name: 'button',
  others: [
    ...['type', 'size', 'plain', 'disabled', 'loading', 'formType', 'openType', 'lang'],
    ...['sessionFrom', 'sendMessageTitle', 'sendMessagePath', 'showMessageCard', 'appParameter'],
  ],
  create({ element }) {
    element.setAttribute('role', 'button')
    return {
      type: (value) => element.setAttribute('type', String(value)),
      size: (value) => element.setAttribute('size', String(value)),
      plain: (value) => element.toggleAttribute('plain', isTrue(value)),
      // WeChat tells no taps of a disabled button; the framework's dispatcher looks for this mark.
      disabled: (value) => {
        element.toggleAttribute('mp-disabled', isTrue(value))
        element.setAttribute('aria-disabled', String(isTrue(value)))
      },
    }
  },
}

/** `button`, and every built-in that has no definition of its own: a box around its content. */
export function plainBuiltIns(defined: BuiltIn[]): BuiltIn[] {
  const known = new Set([button, ...defined].map(({ name }) => name))
  const rest = builtInNames.filter((name) => !known.has(name))
  return [button, ...rest.map((name) => ({ name, others: accepted }))]
}
