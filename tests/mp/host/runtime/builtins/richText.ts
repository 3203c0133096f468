import type { BuiltIn } from './define'

type RichNode = {
  type?: string
  name?: string
  text?: string
  attrs?: Record<string, unknown>
  children?: RichNode[]
}

/** `rich-text`: trusted nodes of the program become elements; text never becomes markup. */
export const richText: BuiltIn = {
  name: 'rich-text',
  slot: false,
  others: ['nodes', 'space', 'userSelect', 'mode'],
  create: ({ element }) => ({
    nodes: (value) => {
      if (typeof value === 'string') element.innerHTML = value
      else element.replaceChildren(...((value ?? []) as RichNode[]).map(toDom))
    },
  }),
}

function toDom(node: RichNode): Node {
  if (node.type === 'text') return document.createTextNode(node.text ?? '')
  const element = document.createElement(node.name ?? 'span')
  for (const [name, value] of Object.entries(node.attrs ?? {})) {
    element.setAttribute(name, String(value))
  }
  element.append(...(node.children ?? []).map(toDom))
  return element
}
