import { isTrue, type BuiltIn, type BuiltInHost, type Setters } from './define'

type Group = { changed(source: HTMLElement): void }

const groups = new WeakMap<Element, Group>()
const values = new WeakMap<Element, { value(): unknown; box: HTMLInputElement }>()

/** switch, checkbox, radio and their groups. */
export const choices: BuiltIn[] = [
  choice('switch', 'checkbox'),
  choice('checkbox', 'checkbox'),
  choice('radio', 'radio'),
  group('checkbox'),
  group('radio'),
]

function choice(name: string, type: 'checkbox' | 'radio'): BuiltIn {
  return {
    name,
    others: ['checked', 'disabled', 'value', 'color', 'type', 'activeBackgroundColor'],
    create: (host) => createChoice(type, host),
  }
}

function createChoice(type: 'checkbox' | 'radio', { element, get, fire }: BuiltInHost): Setters {
  const box = document.createElement('input')
  box.type = type
  box.tabIndex = -1
  element.prepend(box)
  values.set(element, { value: () => get('value'), box })
  element.addEventListener('click', () => {
    if (isTrue(get('disabled'))) return
    box.checked = type === 'radio' || !box.checked
    fire('change', { value: box.checked })
    const owner = element.closest('wx-checkbox-group, wx-radio-group')
    if (owner) groups.get(owner)?.changed(element)
  })
  return {
    checked: (value) => {
      box.checked = isTrue(value)
    },
    disabled: (value) => {
      box.disabled = isTrue(value)
    },
  }
}

function group(kind: 'checkbox' | 'radio'): BuiltIn {
  return {
    name: `${kind}-group`,
    create({ element, fire }) {
      const members = () =>
        Array.from(element.querySelectorAll(`wx-${kind}`)).flatMap((one) => {
          const member = values.get(one)
          return member ? [{ one, ...member }] : []
        })
      groups.set(element, {
        changed(source) {
          if (kind === 'checkbox') {
            const checked = members().filter(({ box }) => box.checked)
            fire('change', { value: checked.map(({ value }) => value()) })
            return
          }
          for (const { one, box } of members()) if (one !== source) box.checked = false
          fire('change', { value: values.get(source)?.value() })
        },
      })
      return {}
    },
  }
}
