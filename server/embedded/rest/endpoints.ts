import { chatEndpoints } from './chat'
import { createRoomEndpoints } from './createRooms'
import { directRoomEndpoints } from './directRooms'
import { discussionEndpoints } from './discussions'
import type { Endpoint } from './endpoint'
import { historyEndpoints } from './history'
import { infoEndpoints } from './info'
import { messageListEndpoints } from './messageLists'
import { messageMarkEndpoints } from './messageMarks'
import { methodCallEndpoints } from './methodCall'
import { namedRoomListEndpoints } from './namedRoomLists'
import { namedRoomMemberEndpoints } from './namedRoomMembers'
import { namedRoomSettingEndpoints } from './namedRoomSettings'
import { postMessageEndpoints } from './postMessage'
import { roomActionEndpoints } from './roomActions'
import { roomEndpoints } from './rooms'
import { sessionEndpoints } from './session'
import { subscriptionEndpoints } from './subscriptions'
import { threadEndpoints } from './threads'
import { userEndpoints } from './users'

/** The REST surface; a new resource adds its file here. */
export const endpoints: readonly Endpoint[] = [
  ...sessionEndpoints,
  ...infoEndpoints,
  ...userEndpoints,
  ...subscriptionEndpoints,
  ...roomEndpoints,
  ...roomActionEndpoints,
  ...namedRoomListEndpoints,
  ...namedRoomMemberEndpoints,
  ...namedRoomSettingEndpoints,
  ...directRoomEndpoints,
  ...historyEndpoints,
  ...createRoomEndpoints,
  ...chatEndpoints,
  ...postMessageEndpoints,
  ...messageMarkEndpoints,
  ...messageListEndpoints,
  ...threadEndpoints,
  ...discussionEndpoints,
  ...methodCallEndpoints,
]
