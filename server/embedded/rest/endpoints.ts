import { accessTokenEndpoints } from './accessTokens'
import { accountHelpEndpoints } from './accountHelp'
import { autoTranslateEndpoints } from './autoTranslate'
import { avatarEndpoints } from './avatars'
import { chatEndpoints } from './chat'
import { commandEndpoints } from './commands'
import { createRoomEndpoints } from './createRooms'
import { customEmojiEndpoints } from './customEmoji'
import { directoryEndpoints } from './directory'
import { directRoomEndpoints } from './directRooms'
import { discussionEndpoints } from './discussions'
import type { Endpoint } from './endpoint'
import { fileListEndpoints } from './fileLists'
import { historyEndpoints } from './history'
import { infoEndpoints } from './info'
import { inviteEndpoints } from './invites'
import { linkPreviewEndpoints } from './linkPreviews'
import { messageListEndpoints } from './messageLists'
import { messageMarkEndpoints } from './messageMarks'
import { methodCallEndpoints } from './methodCall'
import { namedRoomExtraEndpoints } from './namedRoomExtras'
import { namedRoomListEndpoints } from './namedRoomLists'
import { namedRoomMemberEndpoints } from './namedRoomMembers'
import { namedRoomSettingEndpoints } from './namedRoomSettings'
import { ownAccountEndpoints } from './ownAccount'
import { postMessageEndpoints } from './postMessage'
import { pushEndpoints } from './push'
import { registerEndpoints } from './register'
import { roleMemberEndpoints } from './roleMembers'
import { roleEndpoints } from './roles'
import { roomActionEndpoints } from './roomActions'
import { roomBanEndpoints } from './roomBans'
import { roomExportEndpoints } from './roomExport'
import { roomEndpoints } from './rooms'
import { roomSearchEndpoints } from './roomSearch'
import { sessionEndpoints } from './session'
import { sessionEndEndpoints } from './sessions'
import { settingEndpoints } from './settings'
import { subscriptionEndpoints } from './subscriptions'
import { teamMemberEndpoints } from './teamMembers'
import { teamRoomEndpoints } from './teamRooms'
import { teamEndpoints } from './teams'
import { threadEndpoints } from './threads'
import { twoFactorEndpoints } from './twoFactor'
import { uploadEndpoints } from './uploads'
import { userEndpoints } from './users'
import { userRemovalEndpoints } from './userRemoval'
import { userStatusEndpoints } from './userStatus'
import { userTokenEndpoints } from './userTokens'
import { videoConferenceEndpoints } from './videoConference'

/** The REST surface; a new resource adds its file here. */
export const endpoints: readonly Endpoint[] = [
  ...sessionEndpoints,
  ...sessionEndEndpoints,
  ...twoFactorEndpoints,
  ...accessTokenEndpoints,
  ...registerEndpoints,
  ...infoEndpoints,
  ...settingEndpoints,
  ...accountHelpEndpoints,
  ...userEndpoints,
  ...userStatusEndpoints,
  ...userRemovalEndpoints,
  ...userTokenEndpoints,
  ...ownAccountEndpoints,
  ...directoryEndpoints,
  ...commandEndpoints,
  ...pushEndpoints,
  ...videoConferenceEndpoints,
  ...autoTranslateEndpoints,
  ...roleEndpoints,
  ...roleMemberEndpoints,
  ...subscriptionEndpoints,
  ...roomEndpoints,
  ...roomActionEndpoints,
  ...roomBanEndpoints,
  ...roomSearchEndpoints,
  ...roomExportEndpoints,
  ...inviteEndpoints,
  ...teamEndpoints,
  ...teamMemberEndpoints,
  ...teamRoomEndpoints,
  ...namedRoomExtraEndpoints,
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
  ...linkPreviewEndpoints,
  ...threadEndpoints,
  ...discussionEndpoints,
  ...uploadEndpoints,
  ...fileListEndpoints,
  ...avatarEndpoints,
  ...customEmojiEndpoints,
  ...methodCallEndpoints,
]
