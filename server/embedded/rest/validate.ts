import { Type, type TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

type SchemaError = {
  keyword: string
  schemaPath: string
  instancePath: string
  params: Record<string, unknown>
  message: string
}

const validators = new WeakMap<TSchema, Validator>()

const validatorOf = (schema: TSchema): Validator => {
  let validator = validators.get(schema)
  if (validator === undefined) {
    validator = Compile(schema)
    validators.set(schema, validator)
  }
  return validator
}

/** The words of Rocket.Chat's validator for one error. */
const textOf = (error: SchemaError): string => {
  if (error.keyword === 'required' && Array.isArray(error.params.requiredProperties)) {
    return `must have required property '${String(error.params.requiredProperties[0])}'`
  }
  return error.message.replace(/^must not /, 'must NOT ')
}

const branchOf = (error: SchemaError): string =>
  /^#\/anyOf\/\d+/.exec(error.schemaPath)?.[0] ?? error.schemaPath

/**
 * What is wrong with a value, in Rocket.Chat's words (protocol reference 3.2), or undefined when nothing is: the first
 * error, or the first of each branch and the failed choice.
 */
export const problemOf = (schema: TSchema, value: unknown): string | undefined => {
  const validator = validatorOf(schema)
  if (validator.Check(value)) return undefined
  const errors = (validator.Errors(value) as SchemaError[]).filter(
    (error) => error.keyword !== 'boolean',
  )
  const choice = errors.find((error) => error.keyword === 'anyOf' && error.instancePath === '')
  if (choice === undefined) return errors[0] === undefined ? 'is not valid' : textOf(errors[0])
  const branches = new Map<string, string>()
  for (const error of errors) {
    const branch = branchOf(error)
    if (error !== choice && !branches.has(branch)) branches.set(branch, textOf(error))
  }
  return [...branches.values(), textOf(choice)].join('\n ')
}

const empty = Type.Object({}, { additionalProperties: false })

/** Checks against a schema; no schema means that nothing is accepted. */
export const problemWith = (schema: TSchema | undefined, value: unknown): string | undefined =>
  problemOf(schema ?? empty, value)

type Kind = { type?: string; anyOf?: Kind[]; properties?: Record<string, Kind> }

const coerced = (kind: string | undefined, text: string): unknown => {
  if (kind === 'number' || kind === 'integer') {
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  }
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

const mergedKinds = (branches: readonly Kind[]): Record<string, Kind> => {
  const kinds: Record<string, Kind> = {}
  for (const branch of branches) Object.assign(kinds, branch.properties)
  return kinds
}

/** Query parameters as the schema wants them: GET parameters are texts on the wire (3.1). A repeated one is a list. */
export const readQuery = (
  schema: TSchema | undefined,
  search: URLSearchParams,
): Record<string, unknown> => {
  const { properties, anyOf } = (schema ?? {}) as Kind
  const kinds = properties ?? mergedKinds(anyOf ?? [])
  const query = new Map<string, unknown>()
  for (const written of new Set(search.keys())) {
    // `status[]=online` is the same list as a repeated `status=online`.
    const name = written.replace(/\[\]$/, '')
    const values = search.getAll(written)
    const kind = Object.hasOwn(kinds, name) ? kinds[name]?.type : undefined
    const list = values.length > 1 || kind === 'array'
    query.set(name, list ? values : coerced(kind, values[0] ?? ''))
  }
  return Object.fromEntries(query)
}
