import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { ImError } from '../../../../server/gateway/imError'

export type StandInRequest = {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

/** A local server that plays an identity provider, a business system or WeChat; routes are functions by path. */
export type StandIn = {
  url: string
  seen: StandInRequest[]
  routes: Map<string, (request: StandInRequest, response: ServerResponse) => void>
  /** Answers a path with JSON. */
  json(path: string, body: unknown, status?: number): void
  /** Takes a path's requests and never answers them. */
  hang(path: string): void
  close(): Promise<void>
}

export async function startStandIn(): Promise<StandIn> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const seen = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
      standIn.seen.push(seen)
      const route = standIn.routes.get(url.split('?')[0] ?? '')
      if (route) route(seen, response)
      else response.writeHead(404).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    routes: new Map(),
    json(path, body, status = 200) {
      standIn.routes.set(path, (_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      })
    },
    hang: (path) => void standIn.routes.set(path, () => undefined),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return standIn
}

/** A signing key with its public half as a JWK. */
export async function createKey(kid: string, alg = 'RS256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
  return { kid, alg, privateKey, publicKey, jwk }
}

export type Claims = Record<string, unknown>

type Signed = { alg: string; kid?: string; key: Parameters<SignJWT['sign']>[0] }

export function signJwt(claims: Claims, { alg, kid, key }: Signed): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(kid ? { alg, kid } : { alg }).sign(key)
}

export function unsignedJwt(claims: Claims): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.`
}

/** What a provider says of a token: `accepted`, or the code and the sentence of the refusal. */
export async function verdictOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    if (error instanceof ImError) return `${error.code}: ${error.message}`
    throw error
  }
}
