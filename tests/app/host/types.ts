/** What a launch may choose; travels to the browser as JSON. */
export type AppBootOptions = {
  /** Page to open first, without a leading slash; the app's own first page when left out. */
  path?: string
  query?: Record<string, string>
  /** Values already in uni's storage. */
  storage?: Record<string, unknown>
  /** Answers of the user that are queued before the app starts. */
  answers?: Record<string, unknown[]>
}

/** One line of what the app asked the phone to do. */
export type AppLogEntry = { api: string; options: unknown }

/** One request or one event of a socket. Never holds a body. */
export type AppNetworkEntry =
  | { kind: 'request'; method: string; url: string; status: number }
  | { kind: 'socket'; event: 'open' | 'in' | 'out' | 'close'; url: string; size: number }

/** Traffic between the service layer and the webviews. */
export type BridgeMeter = {
  /** evalJS calls into webviews. */
  calls: number
  /** UTF-16 units of their scripts. */
  size: number
  /** Messages from webviews to the service layer. */
  messages: number
}
