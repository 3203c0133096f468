import { mkdir, open, rename, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { App } from '../app'
import type { MessageDoc, RoomDoc } from '../documents'
import { randomId } from '../ids'

/** Which messages of a room are written, and how (protocol reference 3.11). Both times belong to the span. */
export type RoomExport = { format: 'json' | 'html'; from: Date; to: Date }

const chunk = 500

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

const attachmentOf = (attachment: Record<string, unknown>): object => {
  const { type, title, title_link: url, description } = attachment
  return { type, title, url, description }
}

/** One message as a line: JSON for programs, HTML for people. */
const lineOf = (message: MessageDoc, format: RoomExport['format']): string => {
  const { msg, ts, u, t, attachments = [] } = message
  if (format === 'json') {
    const shown: Record<string, unknown> = { msg, username: u.username, ts }
    if (t !== undefined) shown.type = t
    if (attachments.length > 0) shown.attachments = attachments.map(attachmentOf)
    return `${JSON.stringify(shown)}\n`
  }
  const titles = attachments.map(({ title }) => (typeof title === 'string' ? title : ''))
  const extra = titles.filter((title) => title !== '').map((title) => `<br/>${escaped(title)}`)
  const who = `<strong>${escaped(u.username)}</strong> (${ts.toUTCString()})`
  const type = t === undefined ? '' : ` <em>${escaped(t)}</em>`
  return `<p>${who}:${type}<br/>${escaped(msg)}${extra.join('')}</p>\n`
}

const writeMessages = async (
  app: App,
  file: FileHandle,
  room: RoomDoc,
  wish: RoomExport,
): Promise<number> => {
  const span = { rid: room._id, from: wish.from.getTime(), before: wish.to.getTime() + 1 }
  const oldest = { by: 'ts', descending: false } as const
  for (let offset = 0; ; offset += chunk) {
    const { messages } = app.store.messageLists.page(span, oldest, offset, chunk)
    await file.write(messages.map((message) => lineOf(message, wish.format)).join(''))
    if (messages.length < chunk) return offset + messages.length
  }
}

/**
 * Writes messages of a room into a file below the data folder and answers its name. A file that is there is complete.
 * Errors are those of the file system, for example a full disk.
 */
export const exportRoom = async (
  app: App,
  room: RoomDoc,
  wish: RoomExport,
): Promise<{ name: string; messages: number }> => {
  const folder = join(app.store.dataDir, 'exports')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const name = `${room._id}-${randomId()}.${wish.format}`
  const unfinished = join(folder, `.${name}`)
  const file = await open(unfinished, 'wx', 0o600)
  let messages: number
  try {
    if (wish.format === 'html')
      await file.write('<meta http-equiv="content-type" content="text/html; charset=utf-8">\n')
    messages = await writeMessages(app, file, room, wish)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(unfinished, join(folder, name))
  return { name, messages }
}
