import { chatEndpoints } from './chat'
import { createRoomEndpoints } from './createRooms'
import type { Endpoint } from './endpoint'
import { historyEndpoints } from './history'
import { infoEndpoints } from './info'
import { methodCallEndpoints } from './methodCall'
import { roomEndpoints } from './rooms'
import { sessionEndpoints } from './session'
import { subscriptionEndpoints } from './subscriptions'
import { userEndpoints } from './users'

/** The REST surface; a new resource adds its file here. */
export const endpoints: readonly Endpoint[] = [
  ...sessionEndpoints,
  ...infoEndpoints,
  ...userEndpoints,
  ...subscriptionEndpoints,
  ...roomEndpoints,
  ...historyEndpoints,
  ...createRoomEndpoints,
  ...chatEndpoints,
  ...methodCallEndpoints,
]
