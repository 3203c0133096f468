// The message list as the uni-app chat kits have it: everything in one reactive array, sorted and drawn by one v-for.
import { computed, createApp, defineComponent, h, reactive } from 'vue'

type Wire = { _id: string; msg: string; ts: { $date: number }; u: { _id: string; name: string } }

const messages = reactive<Wire[]>([])

const List = defineComponent({
  setup() {
    const sorted = computed(() => [...messages].sort((a, b) => a.ts.$date - b.ts.$date))
    const row = (message: Wire) =>
      h('div', { key: message._id, class: 'row' }, [
        h('div', { class: 'avatar' }, message.u.name.slice(0, 2)),
        h('div', { class: 'name' }, message.u.name),
        h('div', { class: 'bubble' }, [
          h('div', { class: 'text' }, message.msg),
          h('div', { class: 'meta' }, new Date(message.ts.$date).toLocaleTimeString()),
        ]),
      ])
    return () => h('div', { id: 'messages', class: 'scroller' }, sorted.value.map(row))
  },
})

Object.assign(globalThis, {
  /** The history, at once. */
  fill: (all: Wire[]): void => void messages.push(...all),
  /** One frame of a stream. */
  receive(text: string): void {
    const frame = JSON.parse(text) as { fields: { args: [Wire] } }
    const [message] = frame.fields.args
    if (!messages.some(({ _id }) => _id === message._id)) messages.push(message)
  },
})
createApp(List).mount('#app')
