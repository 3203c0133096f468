import { ImError } from '../imError'

/** An error in the shape of Rocket.Chat's REST API (protocol reference 3.2). */
export type ChatErrorBody = {
  success: false
  error: string
  errorType?: string
  status?: 'error'
  message?: string
}

/** What a client that speaks to Rocket.Chat gets for a refusal of the gateway. */
export function toChatError(error: ImError): ChatErrorBody {
  if (error.status === 401) {
    const text = 'You must be logged in to do this.'
    return { success: false, error: text, status: 'error', message: text }
  }
  const errorType = `error-${error.code}`
  return { success: false, error: `${error.message} [${errorType}]`, errorType }
}
