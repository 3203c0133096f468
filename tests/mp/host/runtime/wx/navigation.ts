import type { Records } from '../records'
import type { Pages } from '../pages'
import { type Api, ApiFailure, type ApiWork, fieldsOf, tell } from './callbacks'

const stackLimit = 10

/** navigateTo and its kin, with WeChat's refusals. Each works in a later task, as in WeChat. */
export function createNavigation(pages: Pages, records: Records): Record<string, Api> {
  const api = (name: string, work: ApiWork): Api => {
    return (options = {}) => {
      setTimeout(() => {
        try {
          tell(name, options, fieldsOf(work(options)))
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error)
          records.errors.push(`${name}:fail ${reason}`)
          tell(name, options, new ApiFailure(reason))
        }
      })
    }
  }
  const closeTop = (): void => {
    const page = pages.top()
    if (page) pages.close(page)
  }
  return {
    navigateTo: api('navigateTo', ({ url, events }) => {
      if (pages.stack.length >= stackLimit) throw new Error('webview count limit exceed')
      refuseTab(pages, String(url))
      const listeners = events as Parameters<Pages['open']>[1]
      return { eventChannel: pages.open(String(url), listeners) }
    }),
    redirectTo: api('redirectTo', ({ url }) => {
      refuseTab(pages, String(url))
      const { path, query } = pages.parse(String(url))
      closeTop()
      pages.open(addressOf(path, query))
    }),
    reLaunch: api('reLaunch', ({ url }) => {
      const { path, query } = pages.parse(String(url))
      while (pages.stack.length > 0) closeTop()
      pages.open(addressOf(path, query))
    }),
    navigateBack: api('navigateBack', ({ delta }) => {
      const steps = Math.min(typeof delta === 'number' ? delta : 1, pages.stack.length - 1)
      if (steps < 1) throw new Error('cannot navigate back at first page.')
      for (let step = 0; step < steps; step += 1) closeTop()
      const page = pages.top()
      if (page) pages.show(page)
    }),
    switchTab: api('switchTab', ({ url }) => switchTab(pages, String(url))),
  }
}

function refuseTab(pages: Pages, url: string): void {
  if (pages.tabs.includes(pages.parse(url).path))
    throw new Error('can not navigate to a tabbar page')
}

/** Pages above the tabs are closed; the pages of other tabs are kept below, hidden. */
function switchTab(pages: Pages, url: string): void {
  const { path } = pages.parse(url)
  if (!pages.tabs.includes(path)) throw new Error('can not switch to no-tabBar page')
  for (let page = pages.top(); page && !pages.tabs.includes(page.path); page = pages.top()) {
    pages.close(page)
  }
  const kept = pages.stack.find((page) => page.path === path)
  if (!kept) {
    pages.open(`/${path}`)
    return
  }
  const current = pages.top()
  if (current && current !== kept) pages.hide(current)
  pages.stack.splice(pages.stack.indexOf(kept), 1)
  pages.stack.push(kept)
  pages.show(kept)
}

function addressOf(path: string, query: Record<string, string>): string {
  const search = Object.entries(query).map(([name, value]) => `${name}=${value}`)
  return `/${path}${search.length > 0 ? `?${search.join('&')}` : ''}`
}
