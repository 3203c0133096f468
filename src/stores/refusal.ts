import type { ApiError } from '../api/apiError'

/** The server says no, and will say so again; not that the session, or its patience, is over. */
export function isRefusal({ isNetwork, status }: ApiError): boolean {
  return !isNetwork && status >= 400 && status < 500 && status !== 401 && status !== 429
}
