import type { Logger } from 'pino'
import { HubError, type HubConnection, type HubMethod } from './hubApplication'
import { errorRecord, resultRecord, type HubInvocation } from './messages'

export type HubMethods = {
  /** Runs the method and sends the completion when one is wanted. Never throws. */
  invoke(connection: HubConnection, invocation: HubInvocation): void
}

/** @param methods by name; names are compared without regard to case. */
export function createHubMethods(
  methods: Readonly<Record<string, HubMethod>>,
  logger: Logger,
): HubMethods {
  const byName = new Map(
    Object.entries(methods).map(([name, method]) => [name.toLowerCase(), method]),
  )

  async function complete(connection: HubConnection, invocation: HubInvocation): Promise<void> {
    const { target, args, invocationId } = invocation
    try {
      const method = byName.get(target.toLowerCase())
      if (method === undefined) throw new HubError('unknown_method')
      const result = await method(connection, args)
      if (invocationId !== undefined) connection.send(resultRecord(invocationId, result))
    } catch (error) {
      const isRefusal = error instanceof HubError
      if (!isRefusal) logger.error({ err: error }, 'a hub method failed')
      const text = isRefusal ? error.message : 'unexpected_fault'
      if (invocationId !== undefined) connection.send(errorRecord(invocationId, text))
    }
  }

  return { invoke: (connection, invocation) => void complete(connection, invocation) }
}
