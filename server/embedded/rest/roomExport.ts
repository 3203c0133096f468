import { Type, type Static } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { exportRoom } from '../domain/exportRoom'
import { canAccessRoom } from '../domain/roomAccess'
import { MeteorError } from '../errors'
import { dateParam } from './dates'
import { userPost, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const texts = Type.Optional(Type.Array(Type.String({ maxLength: 254 }), { maxItems: 100 }))

const fileBody = Type.Object(
  {
    rid: text,
    type: Type.Literal('file'),
    dateFrom: Type.Optional(Type.String()),
    dateTo: Type.Optional(Type.String()),
    format: Type.Union([Type.Literal('html'), Type.Literal('json')]),
  },
  strict,
)

const emailBody = Type.Object(
  {
    rid: text,
    type: Type.Literal('email'),
    toUsers: texts,
    toEmails: texts,
    additionalEmails: Type.Optional(Type.String()),
    subject: Type.Optional(Type.String({ maxLength: 1000 })),
    messages: Type.Array(text, { minItems: 1, maxItems: 1000 }),
  },
  strict,
)

/** @throws MeteorError `error-action-not-allowed`, `error-invalid-room`, `error-not-allowed`. */
const exportable = (app: App, rid: string, user: UserDoc): RoomDoc => {
  if (!app.permissions.has(user, 'mail-messages', rid)) {
    throw new MeteorError('error-action-not-allowed', 'Mailing is not allowed')
  }
  const room = app.store.rooms.get(rid)
  if (room === undefined) throw new MeteorError('error-invalid-room')
  if (!canAccessRoom(app, room, user)) throw new MeteorError('error-not-allowed', 'Not Allowed')
  return room
}

const dayMs = 86_400_000

/** The file stays on the server; the person reads its name in the room, as there is no mail that could bring a link. */
const toFile = async (
  app: App,
  room: RoomDoc,
  user: UserDoc,
  body: Static<typeof fileBody>,
): Promise<Record<string, never>> => {
  const code = 'error-invalid-dates'
  const from = dateParam(body.dateFrom, code) ?? new Date(0)
  const until = dateParam(body.dateTo, code)?.getTime() ?? app.clock.now()
  // The last day belongs to the span.
  const to = new Date(until + dayMs)
  if (from > to) throw new MeteorError(code, 'From date cannot be after To date')
  const { name, messages } = await exportRoom(app, room, { format: body.format, from, to })
  app.logger.info({ rid: room._id, file: name, messages }, 'room exported')
  const line = `The export is kept on the server as exports/${name}`
  app.events.ephemeral(user._id, room._id, line, new Date(app.clock.now()))
  return {}
}

const checkRecipients = ({ toUsers = [], toEmails = [] }: Static<typeof emailBody>): void => {
  if (toUsers.length + toEmails.length === 0) throw new MeteorError('error-invalid-recipient')
}

/** Messages of a room for keeping (protocol reference 3.11). Without a mail server nothing is mailed. */
export const roomExportEndpoints: readonly Endpoint[] = [
  userPost(
    'rooms.export',
    { body: Type.Union([fileBody, emailBody]) },
    async ({ app, user, body }) => {
      const room = exportable(app, body.rid, user)
      if (body.type === 'file') return toFile(app, room, user, body)
      checkRecipients(body)
      const reason = 'Error trying to send email: no mail server is configured'
      throw new MeteorError('error-email-send-failed', reason, { method: 'rooms.export' })
    },
  ),
]
