import { inject, provide, ref, type InjectionKey, type Ref } from 'vue'
import type { Channel } from '../stores/channel'

type ShownChannels = Readonly<Ref<readonly Channel[]>>

const key: InjectionKey<ShownChannels> = Symbol('shown channels')

/** For the list: says which conversations are drawn. */
export function provideShownChannels(shown: ShownChannels): void {
  provide(key, shown)
}

/**
 * For the lines: the conversations to draw. Not a prop, because a mini-program would draw the list too whenever they change.
 */
export function useShownChannels(): ShownChannels {
  return inject(key, ref([]))
}
