/** Incoming DDP frames, checked (protocol reference 1.2). */

export type Frame = Record<string, unknown>

export type MethodFrame = { id: string; method: string; params: unknown[] }
export type SubFrame = { id: string; name: string; params: unknown[] }

const paramsOf = (frame: Frame): unknown[] | undefined => {
  if (frame.params === undefined) return []
  return Array.isArray(frame.params) ? frame.params : undefined
}

/** The method call of a frame, or undefined when it is malformed. */
export const methodFrame = (frame: Frame): MethodFrame | undefined => {
  const { id, method, randomSeed } = frame
  const params = paramsOf(frame)
  const seed = randomSeed === undefined || typeof randomSeed === 'string'
  if (typeof id !== 'string' || typeof method !== 'string' || !seed) return undefined
  return params === undefined ? undefined : { id, method, params }
}

/** The subscription of a frame, or undefined when it is malformed. */
export const subFrame = (frame: Frame): SubFrame | undefined => {
  const { id, name } = frame
  const params = paramsOf(frame)
  if (typeof id !== 'string' || typeof name !== 'string') return undefined
  return params === undefined ? undefined : { id, name, params }
}

/** Whether a `connect` frame asks for the one version that exists. */
export const wantsVersion1 = (frame: Frame): boolean =>
  frame.version === '1' && Array.isArray(frame.support) && frame.support.includes('1')
