import { Type } from 'typebox'
import { TextError } from '../errors'
import { userGet, userPost, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1, maxLength: 256 })
const optionalText = Type.Optional(Type.String({ maxLength: 256 }))

/** No service translates for this workspace. */
const disabled = (): never => {
  throw new TextError('AutoTranslate is disabled.')
}

const settingsBody = Type.Object(
  {
    roomId: text,
    field: Type.Union([Type.Literal('autoTranslate'), Type.Literal('autoTranslateLanguage')]),
    value: Type.Union([Type.Boolean(), Type.String()]),
    defaultLanguage: optionalText,
  },
  strict,
)

/** Translation, of a workspace that has no provider of it (protocol reference 3.18). */
export const autoTranslateEndpoints: readonly Endpoint[] = [
  userPost(
    'autotranslate.translateMessage',
    { body: Type.Object({ messageId: text, targetLanguage: optionalText }, strict) },
    disabled,
  ),
  userPost('autotranslate.saveSettings', { body: settingsBody }, disabled),
  userGet(
    'autotranslate.getSupportedLanguages',
    { query: Type.Object({ targetLanguage: optionalText }, strict) },
    disabled,
  ),
]
