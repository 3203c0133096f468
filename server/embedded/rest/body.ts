import type { IncomingMessage } from 'node:http'
import { parseJson } from '../ejson'

/** More than any request of the supported surface needs; files do not travel in JSON. */
export const maxBodyBytes = 1024 * 1024

export class BodyTooLarge extends Error {}

/**
 * The JSON body of a request; an absent one is `{}`.
 * @throws BodyTooLarge beyond 1 MiB (the rest is thrown away), BadJson for what is not acceptable JSON.
 */
export const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= maxBodyBytes) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > maxBodyBytes) throw new BodyTooLarge()
  const text = Buffer.concat(chunks).toString('utf8')
  return text.trim() === '' ? {} : parseJson(text)
}
