import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { abpFailure } from '../abpEnvelope'
import { ImError } from '../imError'

/** Turns whatever an endpoint throws into ABP's error envelope; unexpected faults keep their details to the log. */
export function sendAbpError(
  error: FastifyError | ImError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof ImError) {
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
    if (error.status >= 500) request.log.warn({ code: error.code }, error.message)
    return reply.code(error.status).send(abpFailure(error.status, error.message))
  }
  const { validation, statusCode = 500 } = error
  if (validation) {
    const fields = validation.map(({ instancePath, params }) => fieldOf(instancePath, params))
    const message = `These fields are missing or not valid: ${fields.join(', ')}.`
    return reply.code(400).send(abpFailure(400, message, fields))
  }
  if (statusCode < 500) {
    return reply.code(statusCode).send(abpFailure(statusCode, refusalText(statusCode)))
  }
  request.log.error({ name: error.name, code: error.code, stack: error.stack }, 'unexpected fault')
  return reply.code(500).send(abpFailure(500, 'Something went wrong on the server.'))
}

function fieldOf(instancePath: string, params: Record<string, unknown>): string {
  const field = instancePath.slice(1)
  const missing = params.missingProperty
  return field === '' && typeof missing === 'string' ? missing : field || 'body'
}

function refusalText(status: number): string {
  if (status === 413) return 'The request is too large.'
  if (status === 415) return 'The request has to be JSON.'
  return 'The request is not valid JSON.'
}
