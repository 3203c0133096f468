/** Puts every style sheet of the package into the document and lets only those of one page apply at a time. */
export function createStyleSheets(styles: Record<string, string>) {
  const elements = new Map<string, HTMLStyleElement>()
  const paths = Object.keys(styles).sort((a, b) => Number(b === 'app') - Number(a === 'app'))
  for (const path of paths) {
    const element = document.createElement('style')
    element.dataset.wxss = path
    element.textContent = styles[path] ?? ''
    document.head.append(element)
    elements.set(path, element)
  }
  return {
    apply(owners: ReadonlySet<string>): void {
      for (const [path, element] of elements) {
        if (element.sheet) element.sheet.disabled = !owners.has(path)
      }
    },
  }
}
