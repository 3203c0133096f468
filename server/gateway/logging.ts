import { pino, type DestinationStream, type Logger, type SerializedRequest } from 'pino'

/** Field names that may carry a credential; they are never written, at whatever depth they usually appear. */
const secretFields = ['authorization', 'cookie', 'set-cookie', 'x-auth-token', 'x-2fa-code']
const secretBodyFields = [
  'password',
  'accessToken',
  'encryptedAccessToken',
  'authToken',
  'refreshToken',
  'bindingToken',
  'secret',
]

/** Everything behind the question mark is dropped: a path is enough to find a fault, queries can hold tokens. */
function maskUrl(url: string): string {
  // A signed address opens a file for whoever reads it, as long as it lasts.
  if (url.startsWith('/media/')) return '/media/…'
  const end = url.indexOf('?')
  return end === -1 ? url : `${url.slice(0, end)}?…`
}

/**
 * The gateway's log: JSON lines without tokens, passwords, bodies and query strings.
 *
 * @param level pino's level name, `silent` for none.
 * @param stream where lines go; the standard error output when left out.
 */
export function createLogger(level: string, stream?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    redact: {
      paths: [
        ...secretFields.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]),
        ...secretBodyFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      ],
      censor: '[removed]',
    },
    serializers: {
      req: (request: SerializedRequest & { ip?: string }) => ({
        method: request.method,
        url: maskUrl(request.url),
        ip: request.ip,
      }),
      res: (reply: { statusCode: number }) => ({ statusCode: reply.statusCode }),
    },
  }
  return pino(options, stream ?? pino.destination(2))
}
