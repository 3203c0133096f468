import { Type } from 'typebox'
import type { MethodCaller } from '../ddp/method'
import { callMethod, hasMethod } from '../ddp/methods'
import { parseEjson, stringifyEjson } from '../ejson'
import { TextError, isExpected, toDdpError } from '../errors'
import { checkDdpRate } from '../limits/ddpLimits'
import { openPost, Reply, userPost, type Call, type Endpoint } from './endpoint'

const body = Type.Object({ message: Type.String() }, { additionalProperties: false })

type MethodMessage = { id: unknown; method: string; params: unknown[] }

/** Clients that write `rooms:get` in the path, where a slash would part it, may write it in the message too. */
const methodName = (written: string): string => {
  const slashed = written.replace(':', '/')
  return hasMethod(written) || !hasMethod(slashed) ? written : slashed
}

const readMessage = (text: string): MethodMessage => {
  const parsed = parseEjson(text)
  if (typeof parsed === 'object' && parsed !== null) {
    const { id, method, params = [] } = parsed as Record<string, unknown>
    if (typeof method === 'string' && Array.isArray(params))
      return { id, method: methodName(method), params }
  }
  throw new TextError('Invalid method message')
}

/** Runs a DDP method over REST (protocol reference 3.20); since 8.8 a refused one answers 400. */
const run = async (call: Call<unknown, { message: string }>): Promise<Reply> => {
  const { app } = call
  const { id, method, params } = readMessage(call.body.message)
  const caller: MethodCaller = { app, user: call.session?.user, ip: call.ip, connection: undefined }
  try {
    checkDdpRate(app, { name: method, ip: call.ip, connectionId: undefined, user: caller.user })
    const result = await callMethod(caller, method, params)
    const message = stringifyEjson({ msg: 'result', id, result })
    return new Reply(200, { message, success: true })
  } catch (error) {
    if (!isExpected(error)) app.logger.error({ err: error, method }, 'method failed')
    const message = stringifyEjson({ msg: 'result', id, error: toDdpError(error) })
    return new Reply(400, { message, success: false })
  }
}

export const methodCallEndpoints: readonly Endpoint[] = [
  userPost('method.call/', { body }, run),
  openPost('method.callAnon/', body, (call) => run({ ...call, session: undefined })),
]
