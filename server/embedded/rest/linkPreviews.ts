import { Type } from 'typebox'
import { MeteorError, TextError } from '../errors'
import { accessibleRoom } from '../domain/roomAccess'
import { userGet, type Endpoint } from './endpoint'

const query = Type.Object(
  { roomId: Type.String({ minLength: 1 }), url: Type.String({ minLength: 1, maxLength: 2048 }) },
  { additionalProperties: false },
)

/** What an address is, before a message with it is sent (protocol reference 3.13). */
const preview = userGet('chat.getURLPreview', { query }, async ({ app, user, query: asked }) => {
  const { roomId, url } = asked
  if (accessibleRoom(app, roomId, user) === undefined) {
    throw new MeteorError('error-not-allowed', 'Not allowed')
  }
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw new TextError('Invalid URL')
  const found = await app.previews.look(url)
  return {
    urlPreview: found === undefined ? { url, meta: {}, ignoreParse: true } : { url, ...found },
  }
})

export const linkPreviewEndpoints: readonly Endpoint[] = [preview]
