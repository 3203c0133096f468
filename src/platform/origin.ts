/**
 * Where the gateway is when nobody has said so: the page's own origin on H5, otherwise what the build was given as
 * `VITE_SERVER_URL`, otherwise a gateway on the developer's machine. No slash at the end.
 */
export function defaultServerUrl(): string {
  if (process.env.UNI_PLATFORM === 'h5') return window.location.origin
  // In these very words: the build replaces them, and anything else would bring all of its environment along.
  const configured = import.meta.env.VITE_SERVER_URL
  return trimSlash(configured === '' ? 'http://127.0.0.1:8080' : configured)
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
