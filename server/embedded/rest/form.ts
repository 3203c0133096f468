/** A body of form fields that is not acceptable. */
export class BadForm extends Error {}

/** As many as Rocket.Chat's parser reads (the default of `qs`). */
const mostFields = 1000
const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

/** Whether a Content-Type is that of a form: `curl -d` sends it, and Rocket.Chat takes it beside JSON. */
export const isUrlEncoded = (contentType: string | undefined): boolean =>
  /^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType ?? '')

/**
 * The fields of a form body; every value is a text. Rocket.Chat makes lists and objects of `a[]=1` and `a[b]=1`; whoever
 * needs these sends JSON here.
 * @throws BadForm for names with brackets, repeated names, names that poison prototypes and more than 1000 fields.
 */
export const parseForm = (text: string): Record<string, string> => {
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    const isBad = forbidden.has(name) || /[[\]]/.test(name) || fields.has(name)
    if (isBad || fields.size === mostFields) throw new BadForm()
    fields.set(name, value)
  }
  return Object.fromEntries(fields)
}
