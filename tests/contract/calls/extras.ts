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
  'GET channels.files 200': async (w) => w.ann.get(`channels.files?roomId=${await w.channel()}`),
  'GET channels.files 400': (w) => w.ann.get('channels.files?roomId=nowhere'),
  'GET groups.files 200': async (w) => w.ann.get(`groups.files?roomId=${await w.group()}`),
  'GET groups.files 400': (w) => w.ann.get('groups.files?roomId=nowhere'),
  'GET im.files 200': async (w) => w.ann.get(`im.files?roomId=${await w.direct()}`),
  'GET im.files 400': (w) => w.ann.get('im.files?roomId=nowhere'),
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
  'GET commands.get 200': (w) => w.ann.get('commands.get?command=topic'),
  'GET commands.get 400': (w) => w.ann.get('commands.get'),
  'POST commands.run 200': async (w) =>
    w.ann.post('commands.run', { command: 'topic', params: 'x', roomId: await w.channel() }),
  'POST commands.run 400': (w) => w.ann.post('commands.run', {}),
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
