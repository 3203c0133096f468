import type { IncomingMessage } from 'node:http'
import { parseJson } from '../ejson'
import { isUrlEncoded, parseForm } from './form'

/** More than any request of the supported surface needs; files do not travel in JSON. */
export const maxBodyBytes = 1024 * 1024

export class BodyTooLarge extends Error {}

/**
 * The body of a request: the fields of a form, else JSON whatever its type says; an absent one is `{}`.
 * @throws BodyTooLarge beyond 1 MiB (the rest is thrown away), BadForm and BadJson for what is not acceptable.
 */
export const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const text = await readText(request)
  if (text.trim() === '') return {}
  const isForm = isUrlEncoded(request.headers['content-type']) && !startsLikeJson(text)
  return isForm ? parseForm(text) : parseJson(text)
}

/** `curl -d '{…}'` without a type says that it is a form; no field of this API begins with a brace. */
const startsLikeJson = (text: string): boolean => /^\s*\{/.test(text)

/** By events: an asynchronous iterator costs several times as much, and every call has a body. */
const readText = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBodyBytes) chunks.push(chunk)
      else chunks.length = 0
    })
    request.once('end', () => {
      if (size > maxBodyBytes) reject(new BodyTooLarge())
      else resolve(Buffer.concat(chunks).toString('utf8'))
    })
    request.once('error', reject)
    request.once('close', () => {
      if (!request.complete) reject(new Error('the request ended before its body'))
    })
  })
