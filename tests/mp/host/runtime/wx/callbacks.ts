/** The three callbacks that most functions of `wx` take. */
export type ApiOptions = {
  success?: (result: Record<string, unknown>) => void
  fail?: (result: Record<string, unknown>) => void
  complete?: (result: Record<string, unknown>) => void
  [option: string]: unknown
}

export type Api = (options?: ApiOptions) => unknown

/** A failure with the words after `<api>:fail`, and fields that the failure callback also receives. */
export class ApiFailure extends Error {
  constructor(
    reason: string,
    readonly fields: Record<string, unknown> = {},
  ) {
    super(reason)
  }
}

/** Tells the outcome of `api` to its callbacks, with WeChat's errMsg. */
export function tell(
  api: string,
  options: ApiOptions,
  outcome: Record<string, unknown> | ApiFailure,
): void {
  if (outcome instanceof ApiFailure) {
    const result = { errMsg: `${api}:fail ${outcome.message}`.trim(), ...outcome.fields }
    options.fail?.(result)
    options.complete?.(result)
    return
  }
  const result = { errMsg: `${api}:ok`, ...outcome }
  options.success?.(result)
  options.complete?.(result)
}

/** What an api does. An object that it gives, at once or later, becomes the fields of the result. */
export type ApiWork = (options: ApiOptions) => unknown

/** An api that runs `work` later and tells its outcome; what `work` throws is its failure. */
export function callbackApi(api: string, work: ApiWork): Api {
  return (options = {}) => {
    void outcomeOf(options, work).then((outcome) => tell(api, options, outcome))
  }
}

async function outcomeOf(
  options: ApiOptions,
  work: ApiWork,
): Promise<Record<string, unknown> | ApiFailure> {
  await Promise.resolve()
  try {
    return fieldsOf(await work(options))
  } catch (error) {
    if (error instanceof ApiFailure) return error
    return new ApiFailure(error instanceof Error ? error.message : String(error))
  }
}

export function fieldsOf(result: unknown): Record<string, unknown> {
  return typeof result === 'object' && result !== null ? { ...result } : {}
}

/** A copy that functions and cycles cannot survive: what may be recorded or cross WeChat's threads. */
export function plainCopy(value: unknown): unknown {
  if (value === undefined) return undefined
  return JSON.parse(JSON.stringify(value)) as unknown
}
