/**
 * Scrolls an element of the H5 page to where its scrolling starts: the newest message in a reversed column.
 * On other platforms pages have no elements; their scroll-view is moved by its `scroll-top` property.
 *
 * @param elementId id of the scrolling element
 */
export function scrollToStart(elementId: string): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  const element = document.getElementById(elementId)
  if (element) element.scrollTop = 0
}
