import { RE2JS } from 're2js'
import { MeteorError } from '../errors'

/** Longer expressions are refused; compiled ones grow with their text. */
const maxLength = 256

const flagBits: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
  // Expressions know Unicode in any case.
  u: 0,
}

const refuse = (text: string): MeteorError =>
  new MeteorError('error-invalid-search', text, { method: 'messageSearch' })

/**
 * Compiles an expression of a search. It runs in a time that is linear in the text, whatever the expression is, so it
 * cannot keep the server busy; look-around and back references, which would need more, are not known.
 * @throws MeteorError `error-invalid-search` for one that is too long, has an unknown flag or is not understood.
 */
export const compileSearch = (source: string, flags: string): ((text: string) => boolean) => {
  if (source.length > maxLength) throw refuse(`An expression has at most ${maxLength} characters`)
  let bits = 0
  for (const flag of flags) {
    const bit = Object.hasOwn(flagBits, flag) ? flagBits[flag] : undefined
    if (bit === undefined) throw refuse(`The flag "${flag}" is not known in a search`)
    bits |= bit
  }
  try {
    const expression = RE2JS.compile(source, bits)
    return (text) => expression.matcher(text).find()
  } catch {
    throw refuse('The expression is not understood; look-around and back references are not known')
  }
}
