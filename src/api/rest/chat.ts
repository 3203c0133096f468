import type { Http } from '../http'
import type { WireMessageAnswer, WireMessageSync } from '../wire'

export type SendMessageBody = {
  /** Made by the client, 17 characters; the same id again is refused by the server, so nothing is stored twice. */
  id: string
  roomId: string
  text: string
}

export type SyncKind = 'UPDATED' | 'DELETED'

export type ChatApi = {
  /**
   * Sends one message (protocol reference 3.13, 5.1).
   * @throws {ApiError} 400 when the id is already stored: ask with `getMessage` whether an earlier attempt arrived
   */
  sendMessage(message: SendMessageBody): Promise<WireMessageAnswer>
  /**
   * One message by its id.
   * @throws {ApiError} 400 without a text when there is none, 400 or 403 without access
   */
  getMessage(messageId: string): Promise<WireMessageAnswer>
  /**
   * What changed in, or was deleted from, one room since a cursor, in ascending order (protocol reference 3.14).
   * @param next the cursor: a string of epoch milliseconds, `'0'` for all
   * @throws {ApiError}
   */
  syncMessages(roomId: string, type: SyncKind, next: string): Promise<WireMessageSync>
}

export function createChatApi(http: Http): ChatApi {
  return {
    sendMessage: ({ id, roomId, text }) =>
      http.post<WireMessageAnswer>('/api/v1/chat.sendMessage', {
        message: { _id: id, rid: roomId, msg: text },
      }),
    getMessage: (messageId) =>
      http.get<WireMessageAnswer>('/api/v1/chat.getMessage', { msgId: messageId }),
    syncMessages: (roomId, type, next) =>
      http.get<WireMessageSync>('/api/v1/chat.syncMessages', { roomId, type, next }),
  }
}
