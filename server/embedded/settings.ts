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
  UserData_EnableDownload: false,
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
  Block_Multiple_Failed_Logins_Enabled: true,
  Block_Multiple_Failed_Logins_By_User: true,
  Block_Multiple_Failed_Logins_Attempts_Until_Block_by_User: 10,
  Block_Multiple_Failed_Logins_Time_To_Unblock_By_User_In_Minutes: 5,
  Block_Multiple_Failed_Logins_By_Ip: true,
  Block_Multiple_Failed_Logins_Attempts_Until_Block_By_Ip: 50,
  Block_Multiple_Failed_Logins_Time_To_Unblock_By_Ip_In_Minutes: 5,
  Block_Multiple_Failed_Logins_Ip_Whitelist: '',
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

/** The value of a setting on a new workspace; undefined when there is no such setting. */
export const settingDefault = (id: string): SettingValue | undefined => {
  if (Object.hasOwn(publicDefaults, id)) return publicDefaults[id]
  return Object.hasOwn(privateDefaults, id) ? privateDefaults[id] : undefined
}

export const isPublicSetting = (id: string): boolean => Object.hasOwn(publicDefaults, id)

/** A setting as REST lists it. */
export type ListedSetting = { _id: string; value: SettingValue; enterprise: boolean }

export type Settings = {
  text(id: string): string
  number(id: string): number
  flag(id: string): boolean
  /** Undefined when there is no such setting. */
  get(id: string): SettingValue | undefined
  /** The settings that anyone may read, sorted by id. */
  listPublic(): ListedSetting[]
  /** All of them, sorted by id. */
  listAll(): ListedSetting[]
  /** Whether the value is given from outside, so that a stored one has no effect. */
  isOverwritten(id: string): boolean
  /** A value for this run only. */
  provide(id: string, value: SettingValue): void
  /** Keeps a value over restarts. @throws RangeError for an unknown id or a value of another type. */
  set(id: string, value: SettingValue): void
}

/** The defaults with what is stored; what an older version knew and this one does not is passed over. */
const readValues = (store: Store): Map<string, SettingValue> => {
  const values = new Map(Object.entries({ ...publicDefaults, ...privateDefaults }))
  for (const row of store.driver.all<{ id: string; value: string }>('SELECT * FROM settings')) {
    const value = JSON.parse(row.value) as SettingValue
    if (typeof settingDefault(row.id) === typeof value) values.set(row.id, value)
  }
  return values
}

/**
 * Settings: the defaults, changed by what is stored, changed by `overrides`, which come from outside and hold for this
 * run (see `settingOverrides`).
 */
export const createSettings = (
  store: Store,
  overrides: ReadonlyMap<string, SettingValue> = new Map(),
): Settings => {
  const values = readValues(store)
  for (const [id, value] of overrides) values.set(id, value)
  const get = (id: string): SettingValue => values.get(id) ?? ''
  const list = (ids: readonly string[]): ListedSetting[] =>
    [...ids].sort().map((_id) => ({ _id, value: get(_id), enterprise: false }))
  return {
    text: (id) => String(get(id)),
    number: (id) => Number(get(id)),
    flag: (id) => get(id) === true,
    get: (id) => values.get(id),
    listPublic: () => list(Object.keys(publicDefaults)),
    listAll: () => list([...values.keys()]),
    isOverwritten: (id) => overrides.has(id),
    provide: (id, value) => void values.set(id, value),
    set: (id, value) => {
      if (typeof settingDefault(id) !== typeof value) throw new RangeError(`no such setting: ${id}`)
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
