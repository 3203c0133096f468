import { request } from 'node:http'

/** Sends a path as it is: fetch would tidy it up. */
export function rawRequest(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const client = request({ method, path, headers, hostname, port }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += String(chunk)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    client.on('error', reject)
    client.end()
  })
}
