import type { ComponentInstance } from './types'

/**
 * WeChat's numbers of pages and components. uni-app copies them to its own instances, so that functions of `wx` which
 * take a component also find it when they are given one of uni-app's.
 */
export type NodeIds = {
  identify(instance: ComponentInstance): void
  /** The page or component that `value` is or stands for. */
  find(value: unknown): ComponentInstance | undefined
}

const name = '__wxExparserNodeId__'

export function createNodeIds(): NodeIds {
  const instances = new Map<unknown, ComponentInstance>()
  return {
    identify(instance) {
      const id = `node-${instances.size + 1}`
      instance[name] = id
      instances.set(id, instance)
    },
    find(value) {
      if (typeof value !== 'object' || value === null) return undefined
      return instances.get((value as Record<string, unknown>)[name])
    },
  }
}
