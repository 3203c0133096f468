import {
  JsonHubProtocol,
  MessageType,
  type HubMessage,
  type IHubProtocol,
} from '@microsoft/signalr'

/** The hub's last word. */
export type HubClose = { error: string; allowReconnect: boolean }

export type TolerantHubProtocolOptions = {
  /** Told for each message that cannot be used. */
  onMalformed(): void
  onClose(close: HubClose): void
}

const separator = '\u001e'

/** The rest of a message may come with the next frame; more than this of it is not waited for. In UTF-16 units. */
const maxRestLength = 4 * 1024 * 1024

/**
 * SignalR's JSON protocol for a client that outlives a bad message. The official one gives the connection up when a message
 * cannot be read, and would do so again after every reconnect; here the message is left out and counted. Also joins messages
 * that span frames, and hears the close message, of which the official client keeps only the text of the error.
 */
export function createTolerantHubProtocol(options: TolerantHubProtocolOptions): IHubProtocol {
  const json = new JsonHubProtocol()
  let rest = ''

  function read(
    record: string,
    logger: Parameters<IHubProtocol['parseMessages']>[1],
  ): HubMessage[] {
    try {
      const messages = json.parseMessages(record + separator, logger)
      if (messages.every(isComplete)) return messages
    } catch {
      // Counted below, with what could be read but not used.
    }
    options.onMalformed()
    return []
  }

  function hear(message: HubMessage): void {
    if (message.type !== MessageType.Close) return
    options.onClose({
      error: message.error ?? '',
      allowReconnect: message.allowReconnect === true,
    })
  }

  return {
    name: json.name,
    version: json.version,
    transferFormat: json.transferFormat,
    writeMessage: (message) => json.writeMessage(message),
    parseMessages(input, logger) {
      if (typeof input !== 'string') throw new TypeError('The hub sent binary data.')
      const records = (rest + input).split(separator)
      rest = records.pop() ?? ''
      if (rest.length > maxRestLength)
        throw new RangeError('The hub sent a message without an end.')
      const messages = records.flatMap((record) => read(record, logger))
      for (const message of messages) hear(message)
      return messages
    },
  }
}

/** What the official protocol leaves to the caller: arguments that are a list. */
function isComplete(message: HubMessage): boolean {
  return message.type !== MessageType.Invocation || Array.isArray(message.arguments)
}
