export type Choice = {
  label: string
  /** It destroys something: red, where the platform can. */
  isDestructive?: boolean
}

/**
 * Choices at the lower edge of the page, in the browser's own elements: uni's sheet brings a scroller, springs and friction
 * along, 14 KB of the start. The stylesheet is in App.vue. H5 only.
 *
 * @param items one button each, from the top
 * @param cancelText the last button
 * @returns the index of the chosen one, -1 when dismissed
 */
export function chooseInBrowser(items: readonly Choice[], cancelText: string): Promise<number> {
  return new Promise((resolve) => {
    const before = document.activeElement
    const app = document.getElementById('app')
    const theme = /\btheme-\w+/.exec(document.querySelector('.app-page')?.className ?? '')?.[0]
    const sheet = document.createElement('div')
    sheet.id = 'sheet'
    sheet.className = `sheet ${theme ?? ''}`
    sheet.setAttribute('role', 'dialog')
    sheet.setAttribute('aria-modal', 'true')

    let isPressed = false
    const buttons = [...items, { label: cancelText }].map(({ label, isDestructive }: Choice) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.className = isDestructive ? 'sheet-item sheet-danger' : 'sheet-item'
      button.textContent = label
      return button
    })
    buttons[items.length]?.classList.add('sheet-cancel')
    sheet.append(...buttons)

    function finish(index: number): void {
      sheet.remove()
      app?.removeAttribute('inert')
      window.removeEventListener('popstate', dismiss)
      if (before instanceof HTMLElement) before.focus()
      resolve(index)
    }
    const dismiss = (): void => finish(-1)

    sheet.addEventListener('pointerdown', () => {
      isPressed = true
    })
    sheet.addEventListener('click', ({ target, detail }) => {
      // The finger that held a message is still down when this opens, and lets go above it. Keys have no detail.
      if (!isPressed && detail !== 0) return
      const index = buttons.findIndex((button) => button === target)
      finish(index < items.length ? index : -1)
    })
    sheet.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') dismiss()
    })
    // The browser's way back leaves the page that asked.
    window.addEventListener('popstate', dismiss)
    // What lies below can be neither tapped nor reached by keyboard or screen reader.
    app?.setAttribute('inert', '')
    document.body.append(sheet)
    buttons[0]?.focus()
  })
}
