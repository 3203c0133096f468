import type { App } from '../app'
import { MeteorError } from '../errors'

const setting = (name: string): string => `Accounts_Password_Policy_${name}`

type Rule = {
  /** How `pw.getPolicy` and the error name it. */
  name: string
  /** Undefined while the rule is off. */
  params: Record<string, number> | undefined
  holds(password: string): boolean
  text: string
}

type Draft = Pick<Rule, 'name' | 'holds' | 'text'> & { flag: string }

const lengthRule = (
  app: App,
  name: 'minLength' | 'maxLength',
  key: string,
  holds: (length: number, limit: number) => boolean,
): Rule => {
  const limit = app.settings.number(setting(key))
  return {
    name,
    params: limit > 0 ? { [name]: limit } : undefined,
    holds: (password) => holds(password.length, limit),
    text: `The password does not meet the ${name === 'minLength' ? 'minimum' : 'maximum'} length password policy.`,
  }
}

const drafts = (app: App): Draft[] => {
  const most = app.settings.number(setting('ForbidRepeatingCharactersCount'))
  return [
    {
      name: 'forbidRepeatingCharacters',
      flag: 'ForbidRepeatingCharacters',
      holds: (password) => !new RegExp(`(.)\\1{${Math.max(1, Math.floor(most))},}`).test(password),
      text: 'The password contains repeating characters which is against the password policy.',
    },
    {
      name: 'mustContainAtLeastOneLowercase',
      flag: 'AtLeastOneLowercase',
      holds: (password) => /[a-z]/.test(password),
      text: 'The password does not contain at least one lowercase character which is against the password policy.',
    },
    {
      name: 'mustContainAtLeastOneUppercase',
      flag: 'AtLeastOneUppercase',
      holds: (password) => /[A-Z]/.test(password),
      text: 'The password does not contain at least one uppercase character which is against the password policy.',
    },
    {
      name: 'mustContainAtLeastOneNumber',
      flag: 'AtLeastOneNumber',
      holds: (password) => /[0-9]/.test(password),
      text: 'The password does not contain at least one numerical character which is against the password policy.',
    },
    {
      name: 'mustContainAtLeastOneSpecialCharacter',
      flag: 'AtLeastOneSpecialCharacter',
      holds: (password) => /[^A-Za-z0-9 ]/.test(password),
      text: 'The password does not contain at least one special character which is against the password policy.',
    },
  ]
}

const rulesOf = (app: App): Rule[] => {
  if (!app.settings.flag(setting('Enabled'))) return []
  const flagged = drafts(app).map(({ flag, name, holds, text }): Rule => {
    const params = app.settings.flag(setting(flag)) ? {} : undefined
    return { name, params, holds, text }
  })
  const all = [
    lengthRule(app, 'minLength', 'MinLength', (length, limit) => length >= limit),
    lengthRule(app, 'maxLength', 'MaxLength', (length, limit) => length <= limit),
    ...flagged,
  ]
  return all.filter((rule) => rule.params !== undefined)
}

/** The rules as `pw.getPolicy` lists them (protocol reference 3.5): names, with their numbers where they have some. */
export const passwordPolicy = (app: App): { enabled: boolean; policy: unknown[] } => ({
  enabled: app.settings.flag(setting('Enabled')),
  policy: rulesOf(app).flatMap(({ name, params }): unknown[] => {
    const entry = `get-password-policy-${name}`
    if (name !== 'forbidRepeatingCharacters') {
      return [Object.keys(params ?? {}).length === 0 ? [entry] : [entry, params]]
    }
    const forbidRepeatingCharactersCount = app.settings.number(
      setting('ForbidRepeatingCharactersCount'),
    )
    return [[entry], [`${entry}Count`, { forbidRepeatingCharactersCount }]]
  }),
})

/** @throws MeteorError `error-password-policy-not-met` whose details name each rule that does not hold. */
export const checkPasswordPolicy = (app: App, password: string): void => {
  const broken = rulesOf(app).filter((rule) => !rule.holds(password))
  if (broken.length === 0) return
  const details = broken.map(({ name, text }) => ({
    error: `error-password-policy-not-met-${name}`,
    message: text,
  }))
  const text = "The password does not meet the server's policy."
  // The real server sends a list here; MeteorError knows objects only.
  const shown = details as unknown as Record<string, unknown>
  throw new MeteorError('error-password-policy-not-met', text, shown)
}
