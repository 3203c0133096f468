import type { Http } from '../http'
import { createChatApi, type ChatApi } from './chat'
import { createHistoryApi, type HistoryApi } from './history'
import { createMethodCallsApi, type MethodCallsApi } from './methodCalls'
import { createRoomsApi, type RoomsApi } from './rooms'
import { createSubscriptionsApi, type SubscriptionsApi } from './subscriptions'
import { createUsersApi, type UsersApi } from './users'

/** Rocket.Chat's own REST, by resource. Answers are wire JSON; src/rocketchat makes domain objects of them. */
export type RestApi = {
  subscriptions: SubscriptionsApi
  rooms: RoomsApi
  history: HistoryApi
  chat: ChatApi
  methodCalls: MethodCallsApi
  users: UsersApi
}

/** Groups the resources over one http instance. */
export function createRestApi(http: Http): RestApi {
  return {
    subscriptions: createSubscriptionsApi(http),
    rooms: createRoomsApi(http),
    history: createHistoryApi(http),
    chat: createChatApi(http),
    methodCalls: createMethodCallsApi(http),
    users: createUsersApi(http),
  }
}
