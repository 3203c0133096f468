import type { IncomingMessage } from 'node:http'
import { jwtVerify } from 'jose'
import type { App } from '../app'
import type { UserDoc } from '../documents'
import { membershipOf } from '../domain/membership'
import { canAccessRoom } from '../domain/roomAccess'
import type { UploadDoc } from '../storage/uploads'
import { callerOf } from './credentials'

/** A token that somebody with the workspace's secret has made for this one file. */
const holdsFileToken = async (app: App, upload: UploadDoc, url: URL): Promise<boolean> => {
  const token = url.searchParams.get('token')
  const secret = app.settings.text('FileUpload_json_web_token_secret_for_files')
  const enabled = app.settings.flag('FileUpload_Enable_json_web_token_for_files')
  // Without a secret anybody could make tokens.
  if (token === null || secret === '' || !enabled) return false
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ['HS256'],
      currentDate: new Date(app.clock.now()),
    })
    const context = payload.context as { rid?: unknown; fileId?: unknown } | undefined
    return context?.fileId === upload._id && context.rid === upload.rid
  } catch {
    return false
  }
}

const roomRule = (app: App, upload: UploadDoc, user: UserDoc): boolean => {
  const room = app.store.rooms.get(upload.rid)
  if (room === undefined) return false
  const { flag } = app.settings
  if (flag('FileUpload_Restrict_to_room_members')) {
    return membershipOf(app, room._id, user._id) !== undefined
  }
  if (flag('FileUpload_Restrict_to_users_who_can_access_room')) {
    return canAccessRoom(app, room, user)
  }
  return true
}

/** Whether a request may have a file (protocol reference 5.11). */
export const mayDownload = async (
  app: App,
  upload: UploadDoc,
  request: IncomingMessage,
  url: URL,
): Promise<boolean> => {
  if (!app.settings.flag('FileUpload_ProtectFiles')) return true
  const user = callerOf(app, request, url, ['query', 'cookie', 'header'])
  if (user !== undefined && roomRule(app, upload, user)) return true
  return holdsFileToken(app, upload, url)
}
