/**
 * Where the embedded server (8.x wire) knowingly differs from the recorded 6.5.3 server, and why. A difference that is
 * not listed fails the contract tests, and so does a listed one that no longer exists.
 */
type Known = Readonly<Record<string, Readonly<Record<string, string>>>>

const testMode = { 'missing stack': 'the recorded server ran in test mode' }
const newerMe = 'a field of 8.x (protocol reference 4.5)'
const olderPreference = 'a preference that 8.x no longer has or that has no default'
const optional = 'optional; the recorded examples all had it'
const wholeRoom = '8.x answers with the whole room (protocol reference 3.10)'
const session401 = {
  'extra error': 'the body of a 401 has it since 7.x (protocol reference 3.2)',
  'extra success': 'the body of a 401 has it since 7.x (protocol reference 3.2)',
}

export const restDifferences: Known = {
  'GET me 200': {
    'extra createdAt': newerMe,
    'extra isOAuthUser': newerMe,
    'extra lastLogin': newerMe,
    'extra settings.preferences.featuresPreview': newerMe,
    'extra type': newerMe,
    'missing language': optional,
    'missing utcOffset': optional,
    'missing settings.preferences.clockMode': olderPreference,
    'missing settings.preferences.hideFlexTab': olderPreference,
    'missing settings.preferences.omnichannelTranscriptEmail': olderPreference,
  },
  'GET me 401': session401,
  'POST method.call/loadHistory 401': session401,
  'POST login 200': {
    'extra data.me.createdAt': newerMe,
    'extra data.me.isOAuthUser': newerMe,
    'extra data.me.lastLogin': newerMe,
    'extra data.me.type': newerMe,
    'extra data.me.settings.preferences.featuresPreview': newerMe,
    'extra data.me.services.password.exists': 'since 8.x in place of the hash',
    'missing data.me.services.password.bcrypt': 'the hash is not sent',
    'missing data.me.settings.preferences.hideFlexTab': olderPreference,
    'missing data.me.settings.preferences.omnichannelTranscriptEmail': olderPreference,
  },
  'POST users.create 200': {
    'extra user.settings.preferences': 'empty here, left out there',
    'extra user.settings.profile': 'empty here, left out there',
    'extra user.statusText': 'part of the user card in 8.x (protocol reference 4.5)',
  },
  'POST users.create 400': testMode,
  'POST users.update 200': {
    'extra user.lastLogin': 'the recorded people had never signed in',
    'extra user.settings.preferences': 'empty here, left out there',
    'extra user.settings.profile': 'empty here, left out there',
    'extra user.statusText': 'part of the user card in 8.x (protocol reference 4.5)',
    'missing user.__rooms': 'internal list of rooms, not kept here',
  },
  'POST users.update 400': testMode,
  'GET subscriptions.get 200': {
    'extra update[].customFields': 'recorded for subscriptions.getOne',
  },
  'POST subscriptions.read 400': testMode,
  'GET rooms.info 200': {
    'extra room.lastMessage': 'the recorded rooms had no message',
    'extra room.lm': 'the recorded rooms had no message',
  },
  'GET im.history 200': {
    'missing messages[].alias': 'the recorded message came from chat.postMessage',
    'missing messages[].attachments': 'the recorded message came from chat.postMessage',
    'missing messages[].groupable': 'the recorded message came from chat.postMessage',
    'missing messages[].parseUrls': 'the recorded message came from chat.postMessage',
  },
  'POST channels.create 400': testMode,
  'POST groups.create 400': testMode,
  'POST im.create 200': {
    'extra room._updatedAt': wholeRoom,
    'extra room.default': wholeRoom,
    'extra room.inserted': wholeRoom,
    'extra room.lastMessage': wholeRoom,
    'extra room.lm': wholeRoom,
    'extra room.msgs': wholeRoom,
    'extra room.ro': wholeRoom,
    'extra room.sysMes': wholeRoom,
    'extra room.ts': wholeRoom,
    'extra room.uids': wholeRoom,
    'extra room.usersCount': wholeRoom,
  },
  'POST chat.sendMessage 400': testMode,
  'POST chat.update 200': {
    'missing message.attachments': 'the recorded message had an attachment',
    'missing message.emoji': 'the recorded message had an emoji as picture',
  },
}

const directSub = { 'extra subscriptions-changed[].ts': 'every subscription has it in 8.x (4.4)' }
const directRoom = { 'missing rooms-changed[]._USERNAMES': 'internal copy of usernames' }

export const eventDifferences: Known = {
  'A creates channel with B': {
    'extra subscriptions-changed[]._updatedAt': 'stored when announced; there added afterwards',
  },
  'A replies in followed thread': {
    'extra subscriptions-changed[].ls': 'the recorded member had never read the room',
  },
  'A deletes message': {
    'missing message[].pinned': 'the recorded message was pinned',
    'missing message[].pinnedAt': 'the recorded message was pinned',
    'missing message[].pinnedBy': 'the recorded message was pinned',
    'missing message[].starred': 'the recorded message was starred',
    'missing rooms-changed[].announcement': 'the recorded room had one',
    'missing rooms-changed[].topic': 'the recorded room had one',
  },
  'A opens DM with B': { ...directSub, ...directRoom },
  'A sends DM': { ...directSub, ...directRoom },
}

const userRecord = 'the list of rooms in the user record (`__rooms`) is internal and not kept here'

/** Stream, event and first argument -> why this server does not send what was recorded. */
export const eventsNotSent: Known = {
  'A creates channel with B': {
    'stream-notify-user <B>/userData': userRecord,
    'stream-notify-user <B>/rooms-changed updated': 'a new room is complete when it is announced',
  },
  'A replies in followed thread': {
    'stream-notify-user <B>/subscriptions-changed updated':
      'two updates there (alert, then tunread); here one with both',
  },
}
