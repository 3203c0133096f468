import type { ApiDocument } from './openapi'

type Schema = {
  type?: string
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  anyOf?: Schema[]
  items?: Schema
  const?: unknown
}
type Content = { content?: Record<string, { schema?: Schema }> }
type Operation = {
  summary?: string
  tags?: string[]
  security?: Record<string, unknown>[]
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[]
  requestBody?: Content
  responses?: Record<string, Content>
}

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1f2329;background:#fff}' +
  'h2{margin-top:2.5rem;border-top:1px solid #ccc;padding-top:1rem;font-size:1.1rem;overflow-wrap:anywhere}' +
  'table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3rem .5rem;text-align:left}' +
  'code{font-family:ui-monospace,monospace}'

/** The document as one page for people: no scripts, nothing from elsewhere. */
export function referencePage({ info, paths = {} }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      operationPart(method.toUpperCase(), path, operation as Operation),
    ),
  )
  const title = escapeHtml(info.title)
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>`,
    `<meta name="viewport" content="width=device-width"><style>${style}</style></head><body>`,
    `<h1>${title}</h1><p>${escapeHtml(info.description ?? '')}</p>`,
    '<p><a href="/openapi.json">OpenAPI 3.1</a></p>',
    ...operations,
    '</body></html>',
  ].join('\n')
}

function operationPart(method: string, path: string, operation: Operation): string {
  const { summary = '', security, parameters = [], requestBody, responses = {} } = operation
  const bearer = security?.flatMap((one) => Object.keys(one)).join(', ')
  const rows = parameters.map(({ name, in: place, required = false, schema = {} }) =>
    row(`${name} (${place})`, schema, required),
  )
  return [
    `<h2><code>${escapeHtml(`${method} ${path}`)}</code></h2><p>${escapeHtml(summary)}</p>`,
    bearer ? `<p>Bearer: ${escapeHtml(bearer)}</p>` : '',
    table('Parameters', rows),
    table('Request', rowsOf(schemaOf(requestBody))),
    table('Answer: <code>result</code>', rowsOf(schemaOf(responses['200'])?.properties?.result)),
  ].join('')
}

function schemaOf(content: Content | undefined): Schema | undefined {
  return content?.content?.['application/json']?.schema
}

function rowsOf(schema: Schema | undefined): string[] {
  if (!schema) return []
  const shapes = schema.anyOf ?? [schema]
  return shapes.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).map(([name, field]) => row(name, field, required.includes(name))),
  )
}

function row(name: string, field: Schema, isRequired: boolean): string {
  const type = field.const === undefined ? typeOf(field) : JSON.stringify(field.const)
  const need = isRequired ? 'yes' : 'no'
  const cells = [`<code>${escapeHtml(name)}</code>`, escapeHtml(type), need]
  return `<tr><td>${cells.join('</td><td>')}</td><td>${escapeHtml(field.description ?? '')}</td></tr>`
}

function typeOf({ type, items, anyOf }: Schema): string {
  if (anyOf) return anyOf.map(typeOf).join(' or ')
  return items ? `array of ${typeOf(items)}` : (type ?? 'any')
}

function table(caption: string, rows: string[]): string {
  if (rows.length === 0) return ''
  const head = '<tr><th>Field</th><th>Type</th><th>Required</th><th>Meaning</th></tr>'
  return `<h3>${caption}</h3><table>${head}${rows.join('')}</table>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
