import type { Readable } from 'node:stream'
import { ImError } from '../imError'
import { readJsonObject } from '../jsonObject'
import { isCallableMethod } from './routes'

const maxBodyBytes = 64 * 1024

/**
 * Reads the body of `method.call/<name>`. The chat server takes the method from the text inside the body and ignores the
 * path (protocol reference 3.20), so the text is what has to be checked; it is sent on as it was parsed here, so that no
 * other reading of it is possible.
 *
 * @param pathName the name in the path, `:` standing for `/`.
 * @throws {ImError} `bad-request` for a body that is not such a call, `not-allowed` for a method that is not listed.
 */
export async function readMethodCall(body: Readable, pathName: string): Promise<Buffer> {
  const frame = parseFrame(await readText(body))
  const [name = ''] = pathName.split('?', 1)
  if (frame.method !== name.replaceAll(':', '/')) throw malformed()
  if (!isCallableMethod(frame.method)) {
    throw new ImError('not-allowed', 'This method is not available through the gateway.')
  }
  return Buffer.from(JSON.stringify({ message: JSON.stringify({ msg: 'method', ...frame }) }))
}

type MethodFrame = { id: string; method: string; params: unknown[] }

function parseFrame(text: string): MethodFrame {
  const { message } = readJsonObject(text) ?? {}
  if (typeof message !== 'string') throw malformed()
  const { id, method, params } = readJsonObject(message) ?? {}
  if (typeof id !== 'string' || typeof method !== 'string' || !Array.isArray(params))
    throw malformed()
  return { id, method, params }
}

async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > maxBodyBytes) throw new ImError('bad-request', 'The method call is too large.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function malformed(): ImError {
  return new ImError('bad-request', 'The body is not a method call.')
}
