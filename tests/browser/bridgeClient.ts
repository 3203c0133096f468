// Runs in the browser: the emulated phone's own network, carried by the host's server (nativeBridge.ts).

export type BridgeRequest = { method: string; url: string; headers: Record<string, string> }

export type BridgeReply =
  | { status: number; headers: Record<string, string>; error?: undefined }
  | { error: string; status?: undefined; headers?: undefined }

export type BridgeSocket = { url: string; headers: Record<string, string> }

export type NativeResponse = { status: number; headers: Record<string, string>; body: ArrayBuffer }

/**
 * One HTTP request, as a phone's native network makes it.
 * @throws Error with the system's reason (ECONNREFUSED...) when no response arrives, AbortError when `signal` ends it
 */
export async function nativeRequest(
  request: BridgeRequest,
  body: ArrayBuffer | string | undefined,
  signal: AbortSignal,
): Promise<NativeResponse> {
  const headers = { 'x-native-request': encodeURIComponent(JSON.stringify(request)) }
  const init: RequestInit = { method: 'POST', headers, signal }
  if (body !== undefined) init.body = body
  const response = await fetch('/__native/request', init)
  const reply = JSON.parse(
    decodeURIComponent(response.headers.get('x-native-reply') ?? ''),
  ) as BridgeReply
  if (reply.error !== undefined) throw new Error(reply.error)
  return { status: reply.status, headers: reply.headers, body: await response.arrayBuffer() }
}

/** One WebSocket, as a phone's native network opens it: with headers of the program's choice. */
export function openNativeSocket(target: BridgeSocket, protocols: string[]): WebSocket {
  const address = new URL('/__native/socket', location.href)
  address.protocol = 'ws:'
  address.searchParams.set('target', JSON.stringify(target))
  const socket = new WebSocket(address, protocols)
  socket.binaryType = 'arraybuffer'
  return socket
}
