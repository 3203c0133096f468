import type { Http } from '../http'
import type { WireMessageAnswer, WireMessageSync, WireThreadSync } from '../wire'

export type SendMessageBody = {
  /** Made by the client, 17 characters; the same id again is refused by the server, so nothing is stored twice. */
  id: string
  roomId: string
  text: string
}

export type ReactionBody = {
  messageId: string
  /** With its colons, such as `:smile:`. */
  emoji: string
  /** Always said: a call without it toggles, so that a repeated one would undo the first. */
  shouldReact: boolean
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
   * Replaces the text of a message (protocol reference 5.4).
   * @throws {ApiError} `error-action-not-allowed`, `error-message-editing-blocked` when its time is over
   */
  update(roomId: string, messageId: string, text: string): Promise<WireMessageAnswer>
  /**
   * Deletes a message for everybody (protocol reference 5.7).
   * @throws {ApiError} `error-action-not-allowed`; 400 with a text when it is gone already
   */
  delete(roomId: string, messageId: string): Promise<void>
  /**
   * Adds or takes back a reaction; the same again changes nothing.
   * @throws {ApiError} `error-not-allowed` for an emoji that the server does not know
   */
  react(reaction: ReactionBody): Promise<void>
  /**
   * What changed in a thread since a moment on the server's clock; the root is not part of it.
   * @param updatedSince epoch milliseconds
   * @throws {ApiError}
   */
  syncThreadMessages(threadId: string, updatedSince: number): Promise<WireThreadSync>
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
    update: (roomId, msgId, text) =>
      http.post<WireMessageAnswer>('/api/v1/chat.update', { roomId, msgId, text }),
    async delete(roomId, msgId) {
      await http.post('/api/v1/chat.delete', { roomId, msgId })
    },
    async react({ messageId, emoji, shouldReact }) {
      // Exactly these: the server refuses a body with anything else, and callers hand over what they have.
      await http.post('/api/v1/chat.react', { messageId, emoji, shouldReact })
    },
    syncThreadMessages: (tmid, updatedSince) =>
      http.get<WireThreadSync>('/api/v1/chat.syncThreadMessages', {
        tmid,
        updatedSince: new Date(updatedSince).toISOString(),
      }),
    syncMessages: (roomId, type, next) =>
      http.get<WireMessageSync>('/api/v1/chat.syncMessages', { roomId, type, next }),
  }
}
