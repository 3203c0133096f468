import type { CDPSession } from 'playwright-core'

type Call = { start: number; end: number; bytes: number }

/** What one page has asked its server for. */
export type Traffic = {
  /** HTTP calls of the interface and opened websockets. */
  calls: number
  /** Calls one after another, each begun after the one before had ended: so often somebody waited for the network. */
  roundTrips: number
  /** Of these calls and of the websocket's frames, both directions, in KB. */
  kilobytes: number
}

const longestChain = (calls: readonly Call[]): number => {
  let chain = 0
  let free = -Infinity
  for (const { start, end } of [...calls].sort((left, right) => left.end - right.end)) {
    if (start < free) continue
    chain += 1
    free = end
  }
  return chain
}

/** Watches a page from now on; the answer tells what has happened so far. */
export const watchTraffic = async (cdp: CDPSession): Promise<() => Traffic> => {
  const calls = new Map<string, Call>()
  let sockets = 0
  let socketBytes = 0
  cdp.on('Network.requestWillBeSent', ({ requestId, request, timestamp }) => {
    if (!new URL(request.url).pathname.startsWith('/api/')) return
    const bytes = request.postData?.length ?? 0
    calls.set(requestId, { start: timestamp, end: Infinity, bytes })
  })
  cdp.on('Network.loadingFinished', ({ requestId, timestamp, encodedDataLength }) => {
    const call = calls.get(requestId)
    if (call === undefined) return
    call.end = timestamp
    call.bytes += encodedDataLength
  })
  cdp.on('Network.webSocketCreated', () => {
    sockets += 1
  })
  const count = ({ response }: { response: { payloadData: string } }): void => {
    socketBytes += response.payloadData.length
  }
  cdp.on('Network.webSocketFrameReceived', count)
  cdp.on('Network.webSocketFrameSent', count)
  await cdp.send('Network.enable')
  return () => {
    const all = [...calls.values()]
    const bytes = all.reduce((sum, call) => sum + call.bytes, socketBytes)
    return {
      calls: all.length + sockets,
      roundTrips: longestChain(all),
      kilobytes: bytes / 1024,
    }
  }
}
