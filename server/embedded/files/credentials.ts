import type { IncomingMessage } from 'node:http'
import type { App } from '../app'
import { resume } from '../auth/sessions'
import type { UserDoc } from '../documents'

/** A text without its percent encoding, or undefined when that is broken. */
export const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

const cookieOf = (request: IncomingMessage, name: string): string | undefined => {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
  return value === undefined ? undefined : decoded(value)
}

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

type Place = 'query' | 'cookie' | 'header'

const found = (
  request: IncomingMessage,
  url: URL,
  place: Place,
): { uid: string | undefined; token: string | undefined } => {
  const { searchParams } = url
  const values: Record<Place, () => (string | undefined)[]> = {
    query: () => ['rc_uid', 'rc_token'].map((name) => searchParams.get(name) ?? undefined),
    cookie: () => ['rc_uid', 'rc_token'].map((name) => cookieOf(request, name)),
    header: () => ['x-user-id', 'x-auth-token'].map((name) => headerOf(request, name)),
  }
  const [uid, token] = values[place]()
  return { uid, token }
}

/**
 * The caller of a picture or file, whose addresses stand where no header can be set. The first place that has both an id
 * and a token decides (protocol reference 5.11 and 5.12).
 */
export const callerOf = (
  app: App,
  request: IncomingMessage,
  url: URL,
  places: readonly Place[],
): UserDoc | undefined => {
  for (const place of places) {
    const { uid, token } = found(request, url, place)
    if (uid === undefined || token === undefined) continue
    const session = resume(app, token)
    return session?.user._id === uid ? session.user : undefined
  }
  return undefined
}
