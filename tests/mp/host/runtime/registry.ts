import { pagePaths, resolvePath, type MiniProgramBundle } from '../bundle'
import type { SetDataMeter } from './meter'
import type { NodeIds } from './nodeIds'
import { isFunction, type CodeSpace, type ComponentInstance, type Definition } from './types'

export type Registry = {
  /** The program's globals Page, Component and Behavior. */
  globals: Record<'Page' | 'Component' | 'Behavior', (definition: Definition) => unknown>
  /** Runs the script of a page or component, after those of the components it uses. */
  define(path: string): void
  /** A page with every component below it, and `app`: the owners of the style sheets it needs. */
  styleOwners(path: string): Set<string>
}

export type RegistryOptions = {
  bundle: MiniProgramBundle
  space: CodeSpace
  meter: SetDataMeter
  nodeIds: NodeIds
  load(file: string): unknown
  /** Called when a page or component is attached. */
  onAttached(instance: ComponentInstance): void
}

/** Connects the program's Page() and Component() calls to the framework. */
export function createRegistry({
  bundle,
  space,
  meter,
  nodeIds,
  load,
  onAttached,
}: RegistryOptions): Registry {
  registerConfigs(bundle, space)
  const defined = new Set<string>()
  let defining: string | undefined
  const using = (path: string): string[] =>
    Object.values({ ...bundle.app.usingComponents, ...bundle.configs[path]?.usingComponents })
      .filter((target) => !target.startsWith('plugin'))
      .map((target) => resolvePath(path, target))

  const register = (kind: 'Page' | 'Component', definition: Definition): unknown => {
    const path = defining
    if (path === undefined) throw new Error(`${kind}() was called outside a page or component file`)
    defined.add(path)
    const lifetimes = kind === 'Page' ? definition : moveLifetimes(definition)
    before(lifetimes, 'created', (instance) => {
      meter.watch(instance)
      nodeIds.identify(instance)
    })
    before(lifetimes, 'attached', onAttached)
    meter.watchObserver(definition)
    return space.componentEnv(path, (environment) => environment[kind](definition))
  }
  const define = (path: string): void => {
    if (defined.has(path)) return
    for (const child of using(path)) if (child !== path) define(child)
    if (defined.has(path)) return
    const outer = defining
    defining = path
    try {
      load(`${path}.js`)
    } finally {
      defining = outer
    }
    if (!defined.has(path)) throw new Error(`${path}.js did not call Component() or Page()`)
  }
  const styleOwners = (path: string, owners = new Set(['app'])): Set<string> => {
    if (owners.has(path)) return owners
    owners.add(path)
    for (const child of using(path)) styleOwners(child, owners)
    return owners
  }
  return {
    globals: {
      Page: (definition) => register('Page', definition),
      Component: (definition) => register('Component', definition),
      Behavior: (definition) => space.behavior().definition(definition).register(),
    },
    define,
    styleOwners,
  }
}

function registerConfigs(bundle: MiniProgramBundle, space: CodeSpace): void {
  const pages = new Set(pagePaths(bundle.app))
  for (const [path, config] of Object.entries(bundle.configs)) {
    const isPage = pages.has(path)
    space.addComponentStaticConfig(path, {
      component: !isPage,
      usingComponents: { ...bundle.app.usingComponents, ...config.usingComponents },
      // uni-app's components accept the classes of the page (addGlobalClass).
      styleIsolation: isPage ? undefined : 'apply-shared',
    })
  }
  const groupList = (0, eval)(bundle.templates) as Record<string, unknown>
  for (const [path, content] of Object.entries(groupList)) {
    space.addCompiledTemplate(path, { groupList, content })
  }
  for (const [path, scope] of Object.entries(bundle.scopes)) {
    space.addStyleSheet(path, undefined, scope)
  }
}

/** uni-app writes life cycle functions at the top of a component; the framework wants them in `lifetimes`. */
function moveLifetimes(definition: Definition): Record<string, unknown> {
  const lifetimes = (definition.lifetimes = { ...definition.lifetimes })
  for (const name of ['created', 'attached']) {
    if (definition[name] === undefined) continue
    lifetimes[name] = definition[name]
    Reflect.deleteProperty(definition, name)
  }
  return lifetimes
}

function before(
  lifetimes: Record<string, unknown>,
  name: string,
  run: (instance: ComponentInstance) => void,
): void {
  const original = lifetimes[name]
  lifetimes[name] = function (this: ComponentInstance, ...args: unknown[]) {
    run(this)
    if (isFunction(original)) original.apply(this, args)
  }
}
