import {
  getCurrentInstance,
  inject,
  onBeforeUnmount,
  onMounted,
  provide,
  type ComponentPublicInstance,
  type InjectionKey,
} from 'vue'

/** The drawn chunks by their keys: rows can be measured only through the component that they are in. */
type ChunkScopes = Map<string, ComponentPublicInstance>

const scopesKey: InjectionKey<ChunkScopes> = Symbol('chunkScopes')

/** For the list: finds the component of a chunk that is drawn. */
export function provideChunkScopes(): ReadonlyMap<string, ComponentPublicInstance> {
  const scopes: ChunkScopes = new Map()
  provide(scopesKey, scopes)
  return scopes
}

/** For a chunk: makes it known as long as it is drawn. */
export function useChunkScope(key: () => string): ComponentPublicInstance | null {
  const scopes = inject(scopesKey, undefined)
  const proxy = getCurrentInstance()?.proxy ?? null
  onMounted(() => {
    if (proxy) scopes?.set(key(), proxy)
  })
  onBeforeUnmount(() => {
    if (scopes?.get(key()) === proxy) scopes.delete(key())
  })
  return proxy
}
