import type { Store } from './storage/store'

export type SettingValue = string | number | boolean

/** The settings that clients may read (protocol reference 7.3), with the defaults of a new workspace. */
const publicDefaults: Readonly<Record<string, SettingValue>> = {
  Accounts_AllowAnonymousRead: false,
  Accounts_AllowDeleteOwnAccount: false,
  Accounts_AllowEmailChange: true,
  Accounts_AllowInvisibleStatusOption: true,
  Accounts_AllowPasswordChange: true,
  Accounts_AllowRealNameChange: true,
  Accounts_AllowUserAvatarChange: true,
  Accounts_AllowUserProfileChange: true,
  Accounts_AllowUserStatusMessageChange: true,
  Accounts_AllowUsernameChange: true,
  Accounts_AvatarBlockUnauthenticatedAccess: true,
  Accounts_AvatarExternalProviderUrl: '',
  Accounts_CustomFields: '',
  Accounts_EmailOrUsernamePlaceholder: '',
  Accounts_EmailVerification: false,
  Accounts_ManuallyApproveNewUsers: false,
  Accounts_Password_Policy_Enabled: false,
  Accounts_Password_Policy_MinLength: 14,
  Accounts_Password_Policy_MaxLength: -1,
  Accounts_Password_Policy_ForbidRepeatingCharacters: true,
  Accounts_Password_Policy_ForbidRepeatingCharactersCount: 3,
  Accounts_Password_Policy_AtLeastOneLowercase: true,
  Accounts_Password_Policy_AtLeastOneUppercase: true,
  Accounts_Password_Policy_AtLeastOneNumber: true,
  Accounts_Password_Policy_AtLeastOneSpecialCharacter: true,
  Accounts_PasswordPlaceholder: '',
  Accounts_PasswordReset: false,
  Accounts_RegistrationForm: 'Disabled',
  Accounts_ShowFormLogin: true,
  Accounts_TwoFactorAuthentication_By_Email_Enabled: false,
  Accounts_TwoFactorAuthentication_By_TOTP_Enabled: true,
  Accounts_TwoFactorAuthentication_Enabled: true,
  Accounts_TwoFactorAuthentication_MaxDelta: 1,
  Accounts_TwoFactorAuthentication_RememberFor: 1800,
  API_Embed: true,
  API_Use_REST_For_DDP_Calls: true,
  AutoTranslate_Enabled: false,
  CAS_enabled: false,
  CAS_login_url: '',
  CDN_PREFIX: '',
  CROWD_Enable: false,
  DirectMesssage_maxUsers: 8,
  Discussion_enabled: true,
  E2E_Allow_Unencrypted_Messages: false,
  E2E_Enable: false,
  E2E_Enabled_Default_PrivateRooms: false,
  FileUpload_Enabled: true,
  FileUpload_Enabled_Direct: true,
  FileUpload_MaxFileSize: 104857600,
  FileUpload_MediaTypeBlackList: 'image/svg+xml',
  FileUpload_MediaTypeWhiteList: '',
  FileUpload_ProtectFiles: true,
  Hide_System_Messages: '[]',
  HexColorPreview_Enabled: true,
  Katex_Enabled: true,
  Language: 'en',
  LDAP_Enable: false,
  Message_AllowDeleting: true,
  Message_AllowDeleting_BlockDeleteInMinutes: 0,
  Message_AllowEditing: true,
  Message_AllowEditing_BlockEditInMinutes: 0,
  Message_AllowPinning: true,
  Message_AllowStarring: true,
  Message_AudioRecorderEnabled: false,
  Message_ErasureType: 'Delete',
  Message_GroupingPeriod: 300,
  Message_MaxAllowedSize: 5000,
  Message_Read_Receipt_Enabled: false,
  Message_Read_Receipt_Store_Users: false,
  Message_TimeAndDateFormat: 'LLL',
  Message_TimeFormat: 'LT',
  Number_of_users_autocomplete_suggestions: 5,
  Presence_broadcast_disabled: false,
  Site_Name: 'Rocket.Chat',
  Site_Url: '',
  Store_Last_Message: true,
  Threads_enabled: true,
  UI_DisplayRoles: true,
  UI_Allow_room_names_with_special_chars: false,
  UI_Use_Real_Name: false,
  uniqueID: '',
  UTF8_Channel_Names_Validation: '[0-9a-zA-Z-_.]+',
  UTF8_User_Names_Validation: '[0-9a-zA-Z-_.]+',
  VideoConf_Enable_Channels: true,
  VideoConf_Enable_DMs: true,
  VideoConf_Enable_Groups: true,
  VideoConf_Enable_Teams: true,
}

const privateDefaults: Readonly<Record<string, SettingValue>> = {
  API_EmbedDisabledFor: '',
  API_EmbedIgnoredHosts: 'localhost, 127.0.0.1',
  API_EmbedSafePorts: '80, 443',
  API_Enable_Rate_Limiter: true,
  API_Enable_Rate_Limiter_Limit_Calls_Default: 10,
  API_Enable_Rate_Limiter_Limit_Time_Default: 60_000,
  DDP_Rate_Limit_IP_Enabled: true,
  DDP_Rate_Limit_IP_Requests_Allowed: 120_000,
  DDP_Rate_Limit_IP_Interval_Time: 60_000,
  DDP_Rate_Limit_User_Enabled: true,
  DDP_Rate_Limit_User_Requests_Allowed: 1200,
  DDP_Rate_Limit_User_Interval_Time: 60_000,
  DDP_Rate_Limit_Connection_Enabled: true,
  DDP_Rate_Limit_Connection_Requests_Allowed: 600,
  DDP_Rate_Limit_Connection_Interval_Time: 60_000,
  DDP_Rate_Limit_User_By_Method_Enabled: true,
  DDP_Rate_Limit_User_By_Method_Requests_Allowed: 20,
  DDP_Rate_Limit_User_By_Method_Interval_Time: 10_000,
  DDP_Rate_Limit_Connection_By_Method_Enabled: true,
  DDP_Rate_Limit_Connection_By_Method_Requests_Allowed: 10,
  DDP_Rate_Limit_Connection_By_Method_Interval_Time: 10_000,
  API_Enable_Direct_Message_History_EndPoint: false,
  Accounts_AvatarCacheTime: 3600,
  FileUpload_Enable_json_web_token_for_files: true,
  FileUpload_json_web_token_secret_for_files: '',
  FileUpload_Restrict_to_room_members: true,
  FileUpload_Restrict_to_users_who_can_access_room: false,
  Message_Attachments_Strip_Exif: true,
  Message_Attachments_Thumbnails_Enabled: true,
  Message_Attachments_Thumbnails_Height: 360,
  Message_Attachments_Thumbnails_Width: 480,
  Accounts_LoginExpiration: 90,
  Accounts_RegistrationForm_SecretURL: '',
  // Rocket.Chat asks for the password here too; scripts of a small workspace administrate with a token alone.
  Accounts_TwoFactorAuthentication_Enforce_Password_Fallback: false,
  Accounts_Registration_Users_Default_Roles: 'user',
  Message_AlwaysSearchRegExp: false,
  Message_MaxAll: 0,
  Message_ShowDeletedStatus: false,
  Unread_Count: 'user_and_group_mentions_only',
  Unread_Count_DM: 'all_messages',
}

export type Settings = {
  text(id: string): string
  number(id: string): number
  flag(id: string): boolean
  /** The settings that anyone may read, sorted by id. */
  listPublic(): { _id: string; value: SettingValue; enterprise: boolean }[]
  /** A value for this run only. */
  provide(id: string, value: SettingValue): void
  /** Keeps a value over restarts. @throws RangeError for an unknown id or a value of another type. */
  set(id: string, value: SettingValue): void
}

const overwritePrefix = 'OVERWRITE_SETTING_'

/** The settings that an environment overwrites, by their ids, as Rocket.Chat names them. */
export const overwritten = (
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith(overwritePrefix) && value !== undefined) {
      found.set(name.slice(overwritePrefix.length), value)
    }
  }
  return found
}

/** A text as a value of the kind that the default is, or undefined when it is none. */
const valueLike = (sample: SettingValue | undefined, text: string): SettingValue | undefined => {
  if (typeof sample === 'string') return text
  if (typeof sample === 'number') {
    return text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text)
  }
  return sample !== undefined && /^(true|false)$/.test(text) ? text === 'true' : undefined
}

/** Settings: the defaults, changed by what is stored, changed by what is overwritten for this run. */
export const createSettings = (
  store: Store,
  overrides: ReadonlyMap<string, string> = new Map(),
): Settings => {
  const defaults = new Map(Object.entries({ ...publicDefaults, ...privateDefaults }))
  const values = new Map(defaults)
  for (const row of store.driver.all<{ id: string; value: string }>('SELECT * FROM settings')) {
    values.set(row.id, JSON.parse(row.value) as SettingValue)
  }
  for (const [id, text] of overrides) {
    const value = valueLike(defaults.get(id), text)
    if (value !== undefined) values.set(id, value)
  }
  const get = (id: string): SettingValue => values.get(id) ?? ''
  return {
    text: (id) => String(get(id)),
    number: (id) => Number(get(id)),
    flag: (id) => get(id) === true,
    listPublic: () =>
      Object.keys(publicDefaults)
        .sort()
        .map((_id) => ({ _id, value: get(_id), enterprise: false })),
    provide: (id, value) => void values.set(id, value),
    set: (id, value) => {
      if (typeof defaults.get(id) !== typeof value) throw new RangeError(`no such setting: ${id}`)
      store.driver.run(
        `INSERT INTO settings (id, value, updated_at) VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
        id,
        JSON.stringify(value),
        store.stamps.next().getTime(),
      )
      values.set(id, value)
    },
  }
}
