import type { BuiltIn } from './define'

/**
 * Controls whose user interface WeChat draws outside the page. A test chooses by dispatching the DOM event `mp-pick`
 * with the new value as its detail (handle.pick).
 */
export const pickers: BuiltIn[] = [
  picker('picker', [
    ...['mode', 'range', 'rangeKey', 'value', 'start', 'end', 'fields', 'disabled', 'headerText'],
    ...['customItem', 'level'],
  ]),
  picker('picker-view', [
    ...['value', 'indicatorStyle', 'indicatorClass', 'maskStyle', 'maskClass', 'immediateChange'],
  ]),
  { name: 'picker-view-column' },
  {
    name: 'slider',
    slot: false,
    others: ['min', 'max', 'step', 'value', 'disabled', 'showValue', 'activeColor', 'blockSize'],
    create: ({ element, fire }) => listen(element, (value) => fire('change', { value })),
  },
  {
    name: 'swiper',
    others: [
      ...['current', 'autoplay', 'interval', 'duration', 'circular', 'vertical', 'indicatorDots'],
      ...['indicatorColor', 'indicatorActiveColor', 'previousMargin', 'nextMargin'],
    ],
    create: ({ element, fire }) =>
      listen(element, (value) => fire('change', { current: value, source: 'touch' })),
  },
  { name: 'swiper-item', others: ['itemId', 'skipHiddenItemLayout'] },
]

function picker(name: string, others: string[]): BuiltIn {
  return {
    name,
    others,
    create: ({ element, fire }) => listen(element, (value) => fire('change', { value })),
  }
}

function listen(element: HTMLElement, pick: (value: unknown) => void): Record<string, never> {
  element.addEventListener('mp-pick', (event) => pick((event as CustomEvent<unknown>).detail))
  return {}
}
