import { openDirectRoom } from '../domain/createRoom'
import { sendMessage, type NewMessage } from '../domain/sendMessage'
import { setStatus } from '../domain/setStatus'
import { tell, type CommandCall, type SlashCommand } from './command'

const send = ({ app, user, room, tmid }: CommandCall, msg: string): void => {
  const message: NewMessage = { rid: room._id, msg }
  if (tmid !== undefined) message.tmid = tmid
  sendMessage(app, user, message)
}

/** A command that sends the text with a face. */
const face = (
  command: string,
  description: string,
  join: (text: string) => string,
): SlashCommand => ({
  command,
  description,
  params: 'your_message_optional',
  run: (call) => send(call, join(call.params.trim()).trim()),
})

const me: SlashCommand = {
  command: 'me',
  description: 'Displays_action_text',
  params: 'your_message',
  run: (call) => {
    const text = call.params.trim()
    if (text !== '') send(call, `_${text}_`)
  },
}

const message: SlashCommand = {
  command: 'msg',
  description: 'Direct_message_someone',
  params: '@username <message>',
  permission: 'create-d',
  run: (call) => {
    const { app, user, params } = call
    const [, name = '', text = ''] = /^@?(\S+)\s+([^]+)$/.exec(params.trim()) ?? []
    if (text === '') {
      tell(call, 'Usage: /msg @username message')
      return
    }
    const target = app.store.users.byUsername(name)
    if (target === undefined) {
      tell(call, `No user with username "${name}" was found!`)
      return
    }
    const people = target._id === user._id ? [user] : [user, target]
    const { room } = openDirectRoom(app, people, user)
    sendMessage(app, user, { rid: room._id, msg: text })
    return undefined
  },
}

const status: SlashCommand = {
  command: 'status',
  description: 'Slash_Status_Description',
  params: 'Slash_Status_Params',
  run: (call) => {
    setStatus(call.app, call.user, { message: call.params })
    tell(call, 'Status message changed successfully!')
  },
}

const shortcuts = [
  'Search: Ctrl + K',
  'Edit the previous message: Up',
  'Move to the beginning of the message: Ctrl + Left',
  'Move to the end of the message: Ctrl + Right',
  'New line: Shift + Enter',
]

const help: SlashCommand = {
  command: 'help',
  description: 'Show_the_keyboard_shortcut_list',
  run: (call) => tell(call, shortcuts.map((line) => `* ${line}`).join('\n')),
}

/** Commands that say something (protocol reference 3.15). */
export const textCommands: readonly SlashCommand[] = [
  face('gimme', 'Slash_Gimme_Description', (text) => `༼ つ ◕_◕ ༽つ ${text}`),
  face('lennyface', 'Slash_LennyFace_Description', (text) => `${text} ( ͡° ͜ʖ ͡°)`),
  face('shrug', 'Slash_Shrug_Description', (text) => `${text} ¯\\\\_(ツ)_/¯`),
  face('tableflip', 'Slash_Tableflip_Description', (text) => `${text} (╯°□°）╯︵ ┻━┻`),
  face('unflip', 'Slash_TableUnflip_Description', (text) => `${text} ┬─┬ ノ( ゜-゜ノ)`),
  me,
  message,
  status,
  help,
]
