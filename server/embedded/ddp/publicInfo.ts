import { stringifyEjson } from '../ejson'
import type { Publication } from './publication'

/** The event name under which several events of `notify-all` come in one subscription. */
export const publicInfo = 'public-info'

const wrapped = new Set(['updateCustomSound', 'deleteCustomSound', 'license'])
const collection = 'stream-notify-all'

/** `stream-notify-all` of `public-info`: each event is `[[name, arguments]]` (protocol reference 2.2). */
export const publicInfoPublication: Publication = (context) => ({
  stop: context.app.events.bus.listenAll('notify-all', (eventName, args) => {
    if (!wrapped.has(eventName)) return
    const fields = { eventName: publicInfo, args: [[eventName, args]] }
    context.send(stringifyEjson({ msg: 'changed', collection, id: 'id', fields }))
  }),
})
