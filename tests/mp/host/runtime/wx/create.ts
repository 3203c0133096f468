import type { BootOptions } from '../../bundle'
import type { Pages } from '../pages'
import type { NodeIds } from '../nodeIds'
import type { Records } from '../records'
import { createAbsent } from './absent'
import { createAnimation } from './animation'
import { createFiles } from './files'
import { createIntersectionObserver } from './intersectionObserver'
import { createNavigation } from './navigation'
import type { Phone } from './phone'
import { createRequest } from './request'
import { createSelectorQuery } from './selectorQuery'
import { createConnectSocket } from './socket'
import { createStorage } from './storage'
import { createSystem } from './system'
import { createUserInterface } from './userInterface'

export type WxOptions = {
  pages: Pages
  nodeIds: NodeIds
  phone: Phone
  records: Records
  storage: ReturnType<typeof createStorage>
  launch: Required<Pick<BootOptions, 'path' | 'query'>>
  language: string
}

/** The program's global `wx`. */
export function createWx(options: WxOptions): Record<string, unknown> {
  const { pages, nodeIds, phone, records } = options
  const wx: Record<string, unknown> = {
    ...phone.api,
    ...createSystem(phone, options.launch, options.language),
    ...options.storage.api,
    ...createNavigation(pages, records),
    ...createUserInterface(records),
    ...createFiles(phone, records),
    request: createRequest(phone, records),
    connectSocket: createConnectSocket(phone, records),
    createAnimation,
    createSelectorQuery: () => createSelectorQuery(pages.top),
    createIntersectionObserver: (
      component?: unknown,
      choice?: Parameters<typeof createIntersectionObserver>[2],
    ) =>
      createIntersectionObserver(records, nodeIds.find(component) ?? pages.top()?.instance, choice),
    env: { USER_DATA_PATH: 'wxfile://usr' },
    error: {},
    version: {},
  }
  wx.canIUse = (name: string) => (name.split('.')[0] ?? '') in wx
  return Object.assign(wx, createAbsent(records, wx))
}
