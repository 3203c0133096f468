/** When the first message was sent; later ones are 100 ms apart. */
const firstAt = 1_764_000_000_000
const authors = ['alice', 'bob', 'carlos', 'diana']

/** A message document as Rocket.Chat's streams carry it, dates as DDP writes them (protocol reference 4.1). */
export const wireMessage = (room: string, index: number): Record<string, unknown> => {
  const username = authors[Math.floor(index / 3) % authors.length] ?? ''
  const at = { $date: firstAt + index * 100 }
  const msg = `${index} 今天的构建通过了，下午三点半开会 build is green, see you at the meeting`
  return {
    _id: `m${String(index).padStart(16, '0')}`,
    rid: room,
    msg,
    ts: at,
    u: { _id: `u-${username}`, username, name: `${username} Example` },
    _updatedAt: at,
    urls: [],
    mentions: [],
    channels: [],
    md: [{ type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: msg }] }],
  }
}

/** A frame of `stream-room-messages`, about 600 bytes as the recorded ones. */
export const roomMessageFrame = (room: string, index: number): string =>
  JSON.stringify({
    msg: 'changed',
    collection: 'stream-room-messages',
    id: 'id',
    fields: { eventName: room, args: [wireMessage(room, index)] },
  })
