import { textOf } from '../text'
import { isTrue, type BuiltIn, type BuiltInHost, type Setters } from './define'

const defaultMaxLength = 140

/** `input` and `textarea`: a real field inside, whose events tell `detail.value` as WeChat's do. */
export const fields: BuiltIn[] = [field('input'), field('textarea')]

function field(tag: 'input' | 'textarea'): BuiltIn {
  return {
    name: tag,
    slot: false,
    properties: { maxlength: defaultMaxLength, confirmType: tag === 'input' ? 'done' : 'return' },
    others: [
      ...['value', 'type', 'password', 'placeholder', 'placeholderStyle', 'placeholderClass'],
      ...['disabled', 'focus', 'autoFocus', 'autoHeight', 'cursor', 'cursorSpacing', 'cursorColor'],
      ...['selectionStart', 'selectionEnd', 'adjustPosition', 'holdKeyboard', 'confirmHold'],
      ...['fixed', 'showConfirmBar', 'disableDefaultPadding', 'adjustKeyboardTo', 'alwaysEmbed'],
      ...['safePasswordCertPath', 'autoFill'],
    ],
    create: (host) => createField(tag, host),
  }
}

function createField(tag: 'input' | 'textarea', { element, get, fire }: BuiltInHost): Setters {
  const control = document.createElement(tag)
  control.maxLength = defaultMaxLength
  element.append(control)
  control.addEventListener('input', () => {
    fire('input', { value: control.value, cursor: control.selectionStart ?? 0, keyCode: 0 })
    if (tag === 'textarea') fire('linechange', { height: control.scrollHeight, lineCount: 1 })
  })
  control.addEventListener('focus', () => fire('focus', { value: control.value, height: 0 }))
  control.addEventListener('blur', () => fire('blur', { value: control.value, cursor: 0 }))
  control.addEventListener('mp-keyboard', (event) => {
    if (event instanceof CustomEvent)
      fire('keyboardheightchange', { height: event.detail as number, duration: 0.25 })
  })
  control.addEventListener('keydown', (event) => {
    const sends = tag === 'input' || get('confirmType') !== 'return'
    if (!(event instanceof KeyboardEvent) || event.key !== 'Enter' || !sends) return
    if (event.isComposing) return
    event.preventDefault()
    fire('confirm', { value: control.value })
    if (!isTrue(get('confirmHold'))) control.blur()
  })
  return {
    value: (value) => {
      const text = textOf(value)
      if (control.value !== text) control.value = text
    },
    placeholder: (value) => {
      control.placeholder = textOf(value)
    },
    disabled: (value) => {
      control.disabled = isTrue(value)
    },
    maxlength: (value) => {
      const length = Number(value ?? defaultMaxLength)
      if (length >= 0) control.maxLength = length
      else control.removeAttribute('maxlength')
    },
    focus: (value) => focusLater(control, isTrue(value)),
    autoFocus: (value) => focusLater(control, isTrue(value)),
    autoHeight: (value) => {
      element.toggleAttribute('mp-auto-height', isTrue(value))
    },
    password: (value) => {
      if (control instanceof HTMLInputElement) control.type = isTrue(value) ? 'password' : 'text'
    },
    type: (value) => {
      if (value === 'safe-password' && control instanceof HTMLInputElement)
        control.type = 'password'
    },
    ariaLabel: (value) => control.setAttribute('aria-label', textOf(value)),
  }
}

function focusLater(control: HTMLElement, wanted: boolean): void {
  setTimeout(() => (wanted ? control.focus() : control.blur()))
}
