import { createHmac, timingSafeEqual } from 'node:crypto'
import { ImError } from '../imError'

/**
 * Whether the business system itself calls: the bearer has to be the configured secret. A user's token is none.
 *
 * @param secret undefined when none is configured: then nobody may.
 * @throws {ImError} `not-allowed` or, without any bearer, `not-signed-in`.
 */
export function requireService(bearer: string | undefined, secret: string | undefined): void {
  if (secret === undefined) {
    throw new ImError('not-allowed', 'This is switched off: set IM_SERVICE_SECRET.')
  }
  if (bearer === undefined) {
    throw new ImError('not-signed-in', 'The secret of the service is missing.')
  }
  if (!isSameSecret(bearer, secret)) {
    throw new ImError('not-allowed', 'Only the business system itself may do this.')
  }
}

/** Compares without telling by its time where the first difference is. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
