import { ApiError } from '../api/apiError'
import type { RestApi } from '../api/rest/restApi'
import type { ReactionBody, SendMessageBody, SyncKind } from '../api/rest/chat'
import { decodeMessage } from './decodeMessage'
import { decodeRoom } from './decodeRoom'
import { decodeSubscription } from './decodeSubscription'
import { asObject, field, flag, text } from './fields'
import { decodePresences } from './presence'
import type {
  Delta,
  HistoryPage,
  Message,
  MessageSync,
  NewerPage,
  PresenceStatus,
  Room,
  RoomKind,
  Subscription,
  Surroundings,
} from './types'

/** Pages of one cursor that a sync reads before it says that loading anew is cheaper. */
const MAX_SYNC_PAGES = 40

/**
 * How far before the watermark a sync begins. Servers compare with `>`, several of them share a room, and their clocks
 * differ a little: without an overlap a message of the same millisecond, or of a slower clock, would be left out.
 */
const SYNC_OVERLAP_MS = 5_000

export type RepositoryOptions = {
  /** Told once for each malformed document that was left out; never carries content. */
  onDropped?: (reason: string) => void
}

export type HistoryRange = {
  /** Epoch milliseconds; messages of exactly this time are included, so that none is lost at a page border. */
  before?: number
  /** Page size, at most what the server allows (100). */
  count: number
}

/**
 * Rooms and messages as domain objects. A malformed document never fails a whole list: it is left out.
 * All functions reject with `ApiError`; its status and code are the server's, or `error-invalid-answer` for an answer
 * without the list or the document that it should have.
 */
export type Repository = {
  /** @param updatedSince epoch milliseconds; `removedIds` are subscription ids, not room ids (protocol reference 3.12) */
  loadSubscriptions(updatedSince?: number): Promise<Delta<Subscription>>
  loadRooms(updatedSince?: number): Promise<Delta<Room>>
  /** One page, oldest first. Pages overlap by the messages at their border: the caller drops known ids (5.9). */
  loadHistory(kind: RoomKind, roomId: string, range: HistoryRange): Promise<HistoryPage>
  /**
   * The messages around one, for a jump to it (protocol reference 3.20).
   * @param count how many at most, the one itself included
   * @returns undefined when the server has no such message in that room
   */
  loadSurrounding(
    roomId: string,
    messageId: string,
    count: number,
  ): Promise<Surroundings | undefined>
  /**
   * The next newer messages, oldest first (protocol reference 3.20).
   * @param from epoch milliseconds; messages of exactly this time come again, so that none is lost at a page border
   */
  loadNewer(roomId: string, from: number, count: number): Promise<NewerPage>
  /**
   * Everything that changed or was deleted since a watermark, which is the server's time (protocol reference 3.14).
   * Begins a little earlier, so known messages come again.
   */
  syncMessages(roomId: string, since: number): Promise<MessageSync>
  /**
   * Everything that changed or was deleted in a thread since a watermark, which is the server's time; the root is not part of
   * it. Begins a little earlier, so known replies come again.
   */
  syncThread(threadId: string, since: number): Promise<Delta<Message>>
  sendMessage(message: SendMessageBody): Promise<Message>
  /** @returns the message as the server has it now */
  editMessage(roomId: string, id: string, text: string): Promise<Message>
  deleteMessage(roomId: string, id: string): Promise<void>
  react(reaction: ReactionBody): Promise<void>
  /** @returns undefined when the server answers that there is no such message */
  getMessage(id: string): Promise<Message | undefined>
  markRead(roomId: string): Promise<void>
  /** @returns by user id, without those whose status the server does not tell */
  loadPresence(userIds: readonly string[]): Promise<ReadonlyMap<string, PresenceStatus>>
}

/** A list of the wire as messages, malformed ones left out. @throws {ApiError} when it is no list */
type ReadMessages = (value: unknown) => Message[]

/** Binds the decoders to REST. */
export function createRepository(rest: RestApi, options: RepositoryOptions = {}): Repository {
  const { onDropped = () => undefined } = options
  const readMessages: ReadMessages = (value) =>
    decodeList(value, decodeMessage, () => onDropped('malformed message'))

  return {
    async loadSubscriptions(updatedSince) {
      const { update, remove } = await rest.subscriptions.get(updatedSince)
      return {
        update: decodeList(update, decodeSubscription, () => onDropped('malformed subscription')),
        removedIds: decodeIds(remove),
      }
    },
    async loadRooms(updatedSince) {
      const { update, remove } = await rest.rooms.get(updatedSince)
      return {
        update: decodeList(update, decodeRoom, () => onDropped('malformed room')),
        removedIds: decodeIds(remove),
      }
    },
    loadHistory: (kind, roomId, range) => loadHistory(rest, kind, roomId, range, readMessages),
    loadSurrounding: (roomId, messageId, count) =>
      loadSurrounding(rest, roomId, messageId, count, readMessages),
    loadNewer: (roomId, from, count) => loadNewer(rest, roomId, from, count, readMessages),
    syncMessages: (roomId, since) => syncRoom(rest, roomId, since, readMessages),
    async syncThread(threadId, since) {
      const { messages } = await rest.chat.syncThreadMessages(threadId, overlapped(since))
      return {
        update: readMessages(messages?.update),
        removedIds: decodeIds(messages?.remove),
      }
    },
    async sendMessage(body) {
      const message = decodeMessage((await rest.chat.sendMessage(body)).message)
      if (message === undefined) throw invalidAnswer()
      return message
    },
    async editMessage(roomId, id, text) {
      const message = decodeMessage((await rest.chat.update(roomId, id, text)).message)
      if (message === undefined) throw invalidAnswer()
      return message
    },
    deleteMessage: (roomId, id) => rest.chat.delete(roomId, id),
    react: (reaction) => rest.chat.react(reaction),
    async getMessage(id) {
      try {
        const message = decodeMessage((await rest.chat.getMessage(id)).message)
        if (message === undefined) throw invalidAnswer()
        return message
      } catch (error) {
        if (saysNoSuchMessage(error)) return undefined
        throw error
      }
    },
    markRead: (roomId) => rest.subscriptions.read(roomId),
    async loadPresence(userIds) {
      const answer = await rest.users.presence(userIds)
      const statuses = decodePresences(answer, userIds, () => onDropped('malformed presence'))
      if (statuses === undefined) throw invalidAnswer()
      return statuses
    },
  }
}

async function loadHistory(
  rest: RestApi,
  kind: RoomKind,
  roomId: string,
  { before, count }: HistoryRange,
  readMessages: ReadMessages,
): Promise<HistoryPage> {
  const query = { latest: before, count, inclusive: true }
  const raw = listOf((await rest.history.load(kind, roomId, query)).messages)
  const messages = readMessages(raw)
  // Malformed ones count too: the server had them.
  return { messages: messages.sort(bySentAt), hasOldest: raw.length < count }
}

async function loadSurrounding(
  rest: RestApi,
  roomId: string,
  messageId: string,
  count: number,
  readMessages: ReadMessages,
): Promise<Surroundings | undefined> {
  const answer = await rest.methodCalls.loadSurroundingMessages(roomId, messageId, count)
  if (answer === false) return undefined
  const wire = asObject(answer) ?? {}
  const messages = readMessages(field(wire, 'messages'))
  return {
    messages: messages.sort(bySentAt),
    hasOlder: flag(wire, 'moreBefore'),
    hasNewer: flag(wire, 'moreAfter'),
  }
}

async function loadNewer(
  rest: RestApi,
  roomId: string,
  from: number,
  count: number,
  readMessages: ReadMessages,
): Promise<NewerPage> {
  const answer = await rest.methodCalls.loadNextMessages(roomId, from - 1, count)
  const raw = listOf(field(asObject(answer) ?? {}, 'messages'))
  const messages = readMessages(raw)
  return { messages: messages.sort(bySentAt), hasNewest: raw.length < count }
}

async function syncRoom(
  rest: RestApi,
  roomId: string,
  since: number,
  readMessages: ReadMessages,
): Promise<MessageSync> {
  const from = String(overlapped(since))
  const [updated, deleted] = await Promise.all([
    readCursor(rest, roomId, 'UPDATED', from),
    readCursor(rest, roomId, 'DELETED', from),
  ])
  return {
    updated: readMessages(updated.documents),
    removedIds: decodeIds(deleted.documents),
    isComplete: updated.isComplete && deleted.isComplete,
  }
}

function overlapped(since: number): number {
  return Math.max(0, Math.trunc(since) - SYNC_OVERLAP_MS)
}

type CursorResult = { documents: unknown[]; isComplete: boolean }

/** Follows one cursor until the server says null. A cursor that does not move forward would be followed for ever. */
async function readCursor(
  rest: RestApi,
  roomId: string,
  type: SyncKind,
  from: string,
): Promise<CursorResult> {
  const documents: unknown[] = []
  let next = from
  for (let page = 0; page < MAX_SYNC_PAGES; page++) {
    const { result } = await rest.chat.syncMessages(roomId, type, next)
    const found = listOf(type === 'UPDATED' ? result?.updated : result?.deleted)
    for (const document of found) documents.push(document)
    const cursor = result?.cursor?.next
    if (cursor === null || cursor === undefined) return { documents, isComplete: true }
    if (typeof cursor !== 'string' || !(Number(cursor) > Number(next))) {
      return { documents, isComplete: false }
    }
    next = cursor
  }
  return { documents, isComplete: false }
}

function decodeList<T>(
  value: unknown,
  decode: (document: unknown) => T | undefined,
  onMalformed: () => void,
): T[] {
  const decoded: T[] = []
  for (const document of listOf(value)) {
    const item = decode(document)
    if (item === undefined) onMalformed()
    else decoded.push(item)
  }
  return decoded
}

/** Ids of `{_id, _deletedAt}` stubs. */
function decodeIds(value: unknown): string[] {
  return listOf(value)
    .map((item) => text(asObject(item) ?? {}, '_id'))
    .filter((id) => id !== '')
}

/** A list that is not there is a broken answer, not an empty room: nothing may be concluded from it. */
function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidAnswer()
  return value as unknown[]
}

function invalidAnswer(): ApiError {
  return new ApiError({
    status: 200,
    code: 'error-invalid-answer',
    message: 'The server answered with something that cannot be read.',
  })
}

function bySentAt(a: Message, b: Message): number {
  return a.sentAt - b.sentAt || (a.id < b.id ? -1 : 1)
}

/** A missing message is answered with 400 and no text at all; every other refusal has one (protocol reference 3.13). */
function saysNoSuchMessage(error: unknown): boolean {
  return error instanceof ApiError && error.status === 400 && error.code === 'http-400'
}
