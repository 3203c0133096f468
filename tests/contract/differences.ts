/**
 * Where the embedded server (8.x wire) knowingly differs from the recorded 6.5.3 server, and why. A difference that is
 * not listed fails the contract tests, and so does a listed one that no longer exists.
 */
type Reasons = Readonly<Record<string, string>>
type Known = Readonly<Record<string, Reasons>>

/** What differs in every answer of a status. */
export const everyAnswer: Known = {
  400: { 'missing stack': 'the recorded server ran in test mode' },
  401: {
    'extra error': 'the body of a 401 has it since 7.x (protocol reference 3.2)',
    'extra success': 'the body of a 401 has it since 7.x (protocol reference 3.2)',
  },
}

const noSetting = 'this server has no such setting'

/** Recorded and served, and not to be caused here. */
export const uncaused: Readonly<Record<string, string>> = {
  'GET users.list 403': 'the default permissions of 8.x do not refuse it',
  'GET users.getPersonalAccessTokens 400': 'every role has the permission by default here',
  'POST settings/API_Apply_permission_view-outside-room_on_users-list 200': noSetting,
  'POST settings/API_Enable_Shields 200': noSetting,
  'POST settings/API_Upper_Count_Limit 200': noSetting,
  'POST settings/Message_KeepHistory 200': noSetting,
  'POST settings/VoIP_Enabled 200': noSetting,
  'POST settings/Accounts_AllowDeleteOwnAccount 200': 'fixed in the environment of the test',
  'GET users.requestDataDownload 200': 'a workspace without a mail server cannot send the file',
  'POST users.forgotPassword 200': 'a workspace without a mail server cannot send the letter',
  'POST users.sendConfirmationEmail 400': 'a workspace without a mail server answers differently',
  'POST teams.create 403': 'the default permissions of 8.x let every user create teams',
  'GET users.getAvatar 307': 'answers with a redirect; tested with the avatars',
  'POST users.setAvatar 200': 'answers forms; tested with the avatars',
  'POST users.setAvatar 400': 'answers forms; tested with the avatars',
  'POST rooms.upload/:id 200': 'answers forms; tested with the files',
  'POST rooms.upload/:id 400': 'answers forms; tested with the files',
  'POST rooms.upload/rocket.catrocketchat.internal.admin.test 200': 'a form sent to a nonsense id',
  'POST method.call/getReadReceipts 200': 'the refusal answers 400 since 8.8 (3.20)',
}

/** The same reason for several differences. */
const because = (reason: string, ...differences: readonly string[]): Reasons =>
  Object.fromEntries(differences.map((one) => [one, reason]))

const both = (...parts: readonly Reasons[]): Reasons =>
  Object.fromEntries(parts.flatMap((part) => Object.entries(part)))

const schema = 'parameters are checked by a schema since 8.x, whose errors look like this (3.2)'
const newerMe = 'a field of 8.x (protocol reference 4.5)'
const internal = 'internal, not kept or not sent here'
const preferences = 'the whole set of preferences is sent; the recorded account had few'
const olderPreference = 'a preference that 8.x no longer has or that has no default'
const wholeRoom = '8.x answers with the whole room (protocol reference 3.10)'
const posted = 'the recorded messages came from chat.postMessage or an upload'
const ownText =
  'the recorded client sent a field `text` of its own, which 8.x refuses (protocol reference 3.13)'
const systemLines =
  'the recorded messages were system lines and uploads, which are not to be grouped here either'
const apps = 'a field of 8.x (protocol reference 3.7)'
const searchProvider = 'the recorded results had no fields of their own, the provider was new'
const encryption = 'encryption is not part of the surface'
const hadOne = 'optional; the recorded one had it'
const counted = 'the recorded discussions were empty'
const emptyFields = 'empty here, left out there'
const emptyText = 'empty text here, null there'
const deletedRooms = 'a field of 8.x (protocol reference 3.6)'
const recordedLess = 'optional; the recorded ones did not have it'

export const restDifferences: Known = {
  'GET rooms.adminRooms 200': because('there again since 8.7', 'extra rooms[].customFields'),
  'GET teams.members 200': because(
    'preferences of others are their own affair (protocol reference 3.17)',
    'missing members[].user.settings',
  ),
  'POST groups.setEncrypted 400': because(schema, 'extra errorType'),
  'POST roles.addUserToRole 200': because(
    'roles are fixed here and have no date of change (protocol reference 3.7)',
    'missing role._updatedAt',
  ),
  'POST channels.close 400': because(schema, 'extra errorType'),
  'GET channels.history 200': because(systemLines, 'missing messages[].groupable'),
  'GET channels.info 200': because(
    posted,
    'missing channel.lastMessage.attachments',
    'missing channel.lastMessage.file',
    'missing channel.lastMessage.files',
    'missing channel.lastMessage.groupable',
  ),
  'POST channels.leave 200': because(hadOne, 'missing channel.joinCodeRequired'),
  'GET channels.list.joined 200': because(ownText, 'missing channels[].lastMessage.text'),
  'GET channels.online 400': because(schema, 'extra errorType'),
  'POST channels.rename 200': because(hadOne, 'missing channel.archived'),
  'POST channels.setCustomFields 200': because(recordedLess, 'extra channel.customFields.color'),
  'POST channels.setCustomFields 400': because(schema, 'extra errorType'),
  'POST channels.setDefault 200': because(
    hadOne,
    'missing channel.announcement',
    'missing channel.archived',
    'missing channel.description',
    'missing channel.joinCodeRequired',
    'missing channel.lastMessage',
    'missing channel.lm',
    'missing channel.topic',
  ),
  'GET chat.getDiscussions 200': because(counted, 'extra messages[].dcount'),
  'GET chat.getPinnedMessages 200': because(ownText, 'missing messages[].text'),
  'GET chat.getStarredMessages 200': both(
    because(posted, 'missing messages[].attachments'),
    because(
      hadOne,
      'missing messages[].editedAt',
      'missing messages[].editedBy',
      'missing messages[].emoji',
      'missing messages[].pinned',
      'missing messages[].pinnedAt',
      'missing messages[].pinnedBy',
      'missing messages[].reactions',
    ),
  ),
  'GET chat.getThreadMessages 200': because(ownText, 'missing messages[].text'),
  'POST chat.postMessage 200': because(
    'a note of the sender for its own server, no field of a message (protocol reference 4.1)',
    'missing message.parseUrls',
  ),
  'GET chat.search 200': because(
    searchProvider,
    'extra messages[]._updatedAt',
    'extra messages[].channels',
    'extra messages[].mentions',
    'extra messages[].msg',
    'extra messages[].rid',
    'extra messages[].ts',
    'extra messages[].u',
    'extra messages[].urls',
  ),
  'GET chat.syncThreadMessages 200': because(ownText, 'missing messages.update[].text'),
  'GET chat.syncThreadsList 200': because(ownText, 'missing threads.update[].text'),
  'POST chat.update 200': both(
    because('the recorded message had an attachment', 'missing message.attachments'),
    because('the recorded message had an emoji as picture', 'missing message.emoji'),
  ),
  'GET commands.get 200': because(recordedLess, 'extra command.params', 'extra command.permission'),
  'GET commands.list 200': because(apps, 'extra appsLoaded'),
  'POST dm.create 200': because(
    wholeRoom,
    'extra room._updatedAt',
    'extra room.default',
    'extra room.inserted',
    'extra room.lastMessage',
    'extra room.lm',
    'extra room.msgs',
    'extra room.ro',
    'extra room.sysMes',
    'extra room.ts',
    'extra room.uids',
    'extra room.usersCount',
  ),
  'GET groups.history 200': because(
    'the recorded messages were system lines alone',
    'extra messages[].channels',
    'extra messages[].mentions',
    'extra messages[].urls',
    'missing messages[].groupable',
    'missing messages[].t',
  ),
  'GET groups.info 200': because(ownText, 'missing group.lastMessage.text'),
  'GET groups.list 200': because(
    'the last recorded message was the line of a discussion',
    'missing groups[].lastMessage.groupable',
  ),
  'GET groups.listAll 200': because(
    'the last recorded message was the line of a discussion',
    'missing groups[].lastMessage.groupable',
  ),
  'POST groups.rename 200': because(
    hadOne,
    'missing group.archived',
    'missing group.description',
    'missing group.lastMessage',
    'missing group.lm',
    'missing group.topic',
  ),
  'POST groups.setCustomFields 200': because(recordedLess, 'extra group.customFields.color'),
  'POST groups.setCustomFields 400': because(schema, 'extra errorType'),
  'POST groups.setReadOnly 200': because(
    hadOne,
    'missing group.archived',
    'missing group.description',
    'missing group.lastMessage',
    'missing group.lm',
    'missing group.topic',
  ),
  'POST im.create 200': because(
    wholeRoom,
    'extra room._updatedAt',
    'extra room.default',
    'extra room.inserted',
    'extra room.lastMessage',
    'extra room.lm',
    'extra room.msgs',
    'extra room.ro',
    'extra room.sysMes',
    'extra room.ts',
    'extra room.uids',
    'extra room.usersCount',
  ),
  'GET im.history 200': because(
    'the recorded message came from chat.postMessage',
    'missing messages[].alias',
    'missing messages[].attachments',
    'missing messages[].groupable',
    'missing messages[].parseUrls',
  ),
  'GET im.list 200': because(internal, 'missing ims[]._USERNAMES'),
  'GET im.list.everyone 200': because(internal, 'missing ims[]._USERNAMES'),
  'GET im.members 200': both(
    because(recordedLess, 'extra members[]._updatedAt', 'extra members[].subscription'),
    because(hadOne, 'missing members[].utcOffset'),
  ),
  'POST login 200': both(
    because(
      newerMe,
      'extra data.me.createdAt',
      'extra data.me.isOAuthUser',
      'extra data.me.lastLogin',
      'extra data.me.services.totp',
      'extra data.me.settings.preferences.featuresPreview',
      'extra data.me.type',
    ),
    because('since 8.x in place of the hash', 'extra data.me.services.password.exists'),
    because('the hash is not sent', 'missing data.me.services.password.bcrypt'),
    because(
      olderPreference,
      'missing data.me.settings.preferences.hideFlexTab',
      'missing data.me.settings.preferences.omnichannelTranscriptEmail',
    ),
  ),
  'GET me 200': both(
    because(
      newerMe,
      'extra createdAt',
      'extra isOAuthUser',
      'extra lastLogin',
      'extra services.email2fa',
      'extra services.totp',
      'extra settings.preferences.featuresPreview',
      'extra type',
    ),
    because('optional; the recorded examples all had it', 'missing language', 'missing utcOffset'),
    because(
      olderPreference,
      'missing settings.preferences.clockMode',
      'missing settings.preferences.hideFlexTab',
      'missing settings.preferences.omnichannelTranscriptEmail',
    ),
  ),
  'POST rooms.createDiscussion 200': both(
    because(emptyFields, 'extra discussion.customFields'),
    because(encryption, 'missing discussion.encrypted'),
  ),
  'GET rooms.getDiscussions 200': both(
    because(emptyFields, 'extra discussions[].customFields'),
    because(encryption, 'missing discussions[].encrypted'),
  ),
  'GET subscriptions.get 200': because(
    'recorded for subscriptions.getOne',
    'extra update[].customFields',
  ),
  'GET users.autocomplete 200': because(
    emptyText,
    'kind of items[].statusText: string, recorded null',
  ),
  'GET users.autocomplete 400': because(schema, 'extra error', 'extra errorType'),
  'POST users.create 200': both(
    because(emptyFields, 'extra user.settings.preferences', 'extra user.settings.profile'),
    because('part of the user card in 8.x (protocol reference 4.5)', 'extra user.statusText'),
  ),
  'POST users.delete 200': because(deletedRooms, 'extra deletedRooms'),
  'GET users.getPreferences 200': both(
    because(
      preferences,
      'extra preferences.alsoSendThreadToChannel',
      'extra preferences.featuresPreview',
      'extra preferences.showThreadsInMainChannel',
      'extra preferences.sidebarDisplayAvatar',
      'extra preferences.sidebarGroupByType',
      'extra preferences.sidebarShowFavorites',
      'extra preferences.sidebarShowUnread',
      'extra preferences.sidebarSortby',
      'extra preferences.sidebarViewMode',
      'extra preferences.themeAppearence',
    ),
    because(olderPreference, 'missing preferences.clockMode', 'missing preferences.hideFlexTab'),
  ),
  'GET users.getPresence 200': because(newerMe, 'extra connectionStatus', 'extra lastLogin'),
  'GET users.presence 200': because(newerMe, 'extra users[].roles'),
  'POST users.register 200': both(
    because(newerMe, 'extra user.statusText'),
    because(internal, 'missing user.__rooms'),
  ),
  'POST users.register 400': because(schema, 'extra errorType'),
  'POST users.setPreferences 200': both(
    because(
      preferences,
      'extra user.settings.preferences.alsoSendThreadToChannel',
      'extra user.settings.preferences.featuresPreview',
      'extra user.settings.preferences.showThreadsInMainChannel',
      'extra user.settings.preferences.sidebarDisplayAvatar',
      'extra user.settings.preferences.sidebarGroupByType',
      'extra user.settings.preferences.sidebarShowFavorites',
      'extra user.settings.preferences.sidebarShowUnread',
      'extra user.settings.preferences.sidebarSortby',
      'extra user.settings.preferences.sidebarViewMode',
      'extra user.settings.preferences.themeAppearence',
    ),
    because(
      olderPreference,
      'missing user.settings.preferences.clockMode',
      'missing user.settings.preferences.hideFlexTab',
    ),
  ),
  'POST users.update 200': both(
    because('the recorded people had never signed in', 'extra user.lastLogin'),
    because(emptyFields, 'extra user.settings.preferences', 'extra user.settings.profile'),
    because('part of the user card in 8.x (protocol reference 4.5)', 'extra user.statusText'),
    because('internal list of rooms, not kept here', 'missing user.__rooms'),
  ),
  'POST users.updateOwnBasicInfo 200': both(
    because(
      newerMe,
      'extra user.avatarUrl',
      'extra user.isOAuthUser',
      'extra user.services.password.exists',
      'extra user.services.totp',
      'extra user.statusConnection',
      'extra user.statusDefault',
      'extra user.statusText',
    ),
    because(preferences, 'extra user.settings.preferences'),
    because(
      internal,
      'missing user.__rooms',
      'missing user.services.email2fa.changedAt',
      'missing user.services.password.bcrypt',
      'missing user.services.passwordHistory',
      'missing user.services.resume',
    ),
  ),
  'POST users.updateOwnBasicInfo 400': because(schema, 'extra details.field'),
}

const directSub = { 'extra subscriptions-changed[].ts': 'every subscription has it in 8.x (4.4)' }
const directRoom = { 'missing rooms-changed[]._USERNAMES': 'internal copy of usernames' }

const withType = because('part of it in 8.x (2.4)', 'extra subscriptions-changed[].t')

export const eventDifferences: Known = {
  'A creates channel with B': {
    'extra subscriptions-changed[]._updatedAt': 'stored when announced; there added afterwards',
  },
  'A kicks B': withType,
  'A deletes room': withType,
  'A changes own status': because(
    'the recording kept one kind of each list',
    'kind of message[][]: array, recorded string',
    'kind of message[][]: number, recorded string',
  ),
  'B changes name': { 'extra userData[].diff.username': 'both names are told together' },
  'A opens DM with B': { ...directSub, ...directRoom },
  'A sends DM': { ...directSub, ...directRoom },
}

const userRecord = 'the list of rooms in the user record (`__rooms`) is internal and not kept here'
const onceHere = 'two updates there, one here'

/** Action -> stream, event and first argument -> why this server does not send what was recorded. */
export const eventsNotSent: Known = {
  'A creates channel with B': {
    'stream-notify-user <B>/userData': userRecord,
    'stream-notify-user <B>/rooms-changed updated': 'a new room is complete when it is announced',
  },
  'A replies in followed thread': {
    'stream-notify-user <B>/subscriptions-changed updated':
      'two updates there (alert, then tunread); here one with both',
  },
  'A kicks B': { 'stream-notify-user <B>/userData': userRecord },
  'B joins again': {
    'stream-notify-user <B>/userData': userRecord,
    'stream-notify-user <B>/rooms-changed updated': onceHere,
  },
  'A deletes room': {
    'stream-notify-user <B>/userData': userRecord,
    'stream-notify-user <B>/rooms-changed updated': 'the room is announced as removed in 8.x (5.2)',
  },
  'A changes own status': {
    'stream-notify-logged user-status': onceHere,
    'stream-user-presence <A>': onceHere,
  },
  'B changes name': { 'stream-notify-user <B>/userData': onceHere },
}

/** Action -> what this server sends and was not recorded -> why. */
export const eventsAdded: Known = {
  'B sends message (own echo)': {
    'stream-notify-user <B>/subscriptions-changed updated':
      'an unread thread kept the room in bold, which the own message ends (5.2, 5.6)',
  },
  'A kicks B': {
    'stream-notify-user <B>/rooms-changed updated':
      'the line that tells of it is written while B is still in the room (5.2)',
  },
  'A deletes room': {
    'stream-notify-user <B>/rooms-changed removed': 'the room is announced as removed in 8.x (5.2)',
  },
  'B changes name': {
    'stream-notify-logged Users:NameChanged': 'part of a change of the name in 8.x (2.2)',
    'stream-notify-user <B>/subscriptions-changed updated':
      'the own name in a conversation with oneself or others changes at once',
  },
}
