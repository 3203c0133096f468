import type { Calls, World } from './world'

const selector = (value: object): string => encodeURIComponent(JSON.stringify(value))
const thing = selector({ name: 'thing' })

/** The settings that the recorded tests changed; each is written as it is. */
const settingIds = [
  'API_EmbedIgnoredHosts',
  'API_EmbedSafePorts',
  'API_Enable_Direct_Message_History_EndPoint',
  'Accounts_AllowAnonymousRead',
  'Accounts_AllowEmailChange',
  'Accounts_AllowInvisibleStatusOption',
  'Accounts_AllowPasswordChange',
  'Accounts_AllowRealNameChange',
  'Accounts_AllowUserAvatarChange',
  'Accounts_AllowUserProfileChange',
  'Accounts_AllowUserStatusMessageChange',
  'Accounts_AllowUsernameChange',
  'Accounts_CustomFields',
  'Accounts_Password_Policy_Enabled',
  'Accounts_Password_Policy_MaxLength',
  'Accounts_Registration_Users_Default_Roles',
  'Accounts_TwoFactorAuthentication_Enabled',
  'Discussion_enabled',
  'E2E_Enable',
  'E2E_Enabled_Default_PrivateRooms',
  'FileUpload_ProtectFiles',
  'FileUpload_Restrict_to_room_members',
  'Message_AllowEditing_BlockEditInMinutes',
  'Message_AllowPinning',
  'Message_AllowStarring',
  'Message_ShowDeletedStatus',
  'Threads_enabled',
  'UI_Allow_room_names_with_special_chars',
  'UI_Use_Real_Name',
] as const

const settingCalls: Calls = Object.fromEntries(
  settingIds.map((id) => [
    `POST settings/${id} 200`,
    async ({ admin }: World) => {
      const { body } = await admin.get(`settings/${id}`)
      return admin.post(`settings/${id}`, { value: body.value as unknown })
    },
  ]),
)

export const extraCalls: Calls = {
  ...settingCalls,
  'GET settings 200': (w) => w.admin.get('settings?count=2'),
  'GET settings/Site_Url 200': (w) => w.admin.get('settings/Site_Url'),
  'GET channels.anonymousread 400': (w) => w.anonymous.get('channels.anonymousread?roomId=GENERAL'),
  'GET channels.files 200': async (w) => w.ann.get(`channels.files?roomId=${await w.channel()}`),
  'GET channels.files 400': (w) => w.ann.get('channels.files?roomId=nowhere'),
  'GET channels.getAllUserMentionsByChannel 200': async (w) => {
    const rid = await w.channel()
    await w.bob.post('chat.sendMessage', { message: { rid, msg: 'hi @ann' } })
    return w.ann.get(`channels.getAllUserMentionsByChannel?roomId=${rid}`)
  },
  'GET groups.files 200': async (w) => w.ann.get(`groups.files?roomId=${await w.group()}`),
  'GET groups.files 400': (w) => w.ann.get('groups.files?roomId=nowhere'),
  'GET im.files 200': async (w) => w.ann.get(`im.files?roomId=${await w.direct()}`),
  'GET im.files 400': (w) => w.ann.get('im.files?roomId=nowhere'),
  'GET im.messages.others 400': async (w) =>
    w.admin.get(`im.messages.others?roomId=${await w.direct()}`),
  'GET rooms.adminRooms 200': (w) => w.admin.get('rooms.adminRooms?count=1'),
  'GET rooms.adminRooms 400': (w) => w.ann.get('rooms.adminRooms'),
  'GET rooms.autocomplete.adminRooms 200': (w) =>
    w.admin.get(`rooms.autocomplete.adminRooms?selector=${thing}`),
  'GET rooms.autocomplete.availableForTeams 200': async (w) => {
    await w.channel()
    return w.ann.get('rooms.autocomplete.availableForTeams?name=thing')
  },
  'GET rooms.autocomplete.channelAndPrivate 200': async (w) => {
    await w.channel()
    return w.ann.get(`rooms.autocomplete.channelAndPrivate?selector=${thing}`)
  },
  'GET rooms.autocomplete.channelAndPrivate 400': (w) =>
    w.ann.get('rooms.autocomplete.channelAndPrivate'),
  'GET rooms.autocomplete.channelAndPrivate.withPagination 200': async (w) => {
    await w.channel()
    return w.ann.get(`rooms.autocomplete.channelAndPrivate.withPagination?selector=${thing}`)
  },
  'GET rooms.autocomplete.channelAndPrivate.withPagination 400': (w) =>
    w.ann.get('rooms.autocomplete.channelAndPrivate.withPagination'),
  'POST groups.setEncrypted 400': async (w) =>
    w.ann.post('groups.setEncrypted', { roomId: await w.group(), encrypted: 'yes' }),
  'GET commands.get 200': (w) => w.ann.get('commands.get?command=topic'),
  'GET commands.get 400': (w) => w.ann.get('commands.get'),
  'POST commands.run 200': async (w) =>
    w.ann.post('commands.run', { command: 'topic', params: 'x', roomId: await w.channel() }),
  'POST commands.run 400': (w) => w.ann.post('commands.run', {}),
  'POST permissions.update 200': (w) =>
    w.admin.post('permissions.update', {
      permissions: [{ _id: 'view-statistics', roles: ['admin'] }],
    }),
  'POST permissions.update 400': (w) => w.admin.post('permissions.update', { permissions: '' }),
  'POST roles.addUserToRole 200': async (w) =>
    w.admin.post('roles.addUserToRole', { roleId: 'bot', username: (await w.person()).username }),
  'GET settings.oauth 200': (w) => w.anonymous.get('settings.oauth'),
  'GET service.configurations 200': (w) => w.anonymous.get('service.configurations'),
  'GET pw.getPolicy 200': (w) => w.ann.get('pw.getPolicy'),
  'GET users.getAvatarSuggestion 200': (w) => w.ann.get('users.getAvatarSuggestion'),
  'GET users.getAvatarSuggestion 401': (w) => w.anonymous.get('users.getAvatarSuggestion'),
  'GET users.getUsernameSuggestion 200': (w) => w.ann.get('users.getUsernameSuggestion'),
  'GET users.listTeams 200': (w) => w.ann.get(`users.listTeams?userId=${w.ann.userId}`),
  'POST users.resetAvatar 200': (w) => w.ann.post('users.resetAvatar', { userId: w.ann.userId }),
  'POST users.resetAvatar 400': (w) => w.ann.post('users.resetAvatar', { userId: w.bob.userId }),
}
