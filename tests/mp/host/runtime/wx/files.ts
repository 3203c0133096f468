import { nativeRequest } from '../../../../browser/bridgeClient'
import { nextAnswer, type Records } from '../records'
import { type Api, ApiFailure, type ApiOptions, callbackApi, tell } from './callbacks'
import type { Phone } from './phone'

/** A file that the user picks, as a test queues it with answer('chooseMedia', [file]). */
export type PickedFile = {
  name: string
  type: string
  base64: string
  width?: number
  height?: number
}

/** Choosing, uploading and downloading files. Chosen files exist under temporary paths, as in WeChat. */
export function createFiles(phone: Phone, records: Records): Record<string, Api> {
  const files = new Map<string, { blob: Blob; picked: PickedFile }>()
  const pick = (api: string) => {
    const answer = nextAnswer(records, api, null)
    if (!Array.isArray(answer)) throw new ApiFailure('cancel')
    return (answer as PickedFile[]).map((picked) => {
      const blob = new Blob([fromBase64(picked.base64)], { type: picked.type })
      const path = URL.createObjectURL(blob)
      files.set(path, { blob, picked })
      return { path, size: blob.size, picked }
    })
  }
  return {
    chooseMedia: callbackApi('chooseMedia', () => ({
      type: 'image',
      tempFiles: pick('chooseMedia').map(({ path, size, picked }) => ({
        tempFilePath: path,
        size,
        fileType: picked.type.split('/')[0],
        width: picked.width,
        height: picked.height,
      })),
    })),
    chooseImage: callbackApi('chooseImage', () => {
      const chosen = pick('chooseImage')
      return {
        tempFilePaths: chosen.map(({ path }) => path),
        tempFiles: chosen.map(({ path, size }) => ({ path, size })),
      }
    }),
    chooseMessageFile: callbackApi('chooseMessageFile', () => ({
      tempFiles: pick('chooseMessageFile').map(({ path, size, picked }) => ({
        path,
        size,
        name: picked.name,
        type: picked.type.startsWith('image/') ? 'image' : 'file',
      })),
    })),
    getImageInfo: callbackApi('getImageInfo', async ({ src }) => imageInfo(String(src))),
    uploadFile: (options = {}) =>
      transfer('uploadFile', phone, options, (signal) => upload(options, files, records, signal)),
    downloadFile: (options = {}) =>
      transfer('downloadFile', phone, options, (signal) => download(options, records, signal)),
  }
}

function transfer(
  api: string,
  phone: Phone,
  options: ApiOptions,
  work: (signal: AbortSignal) => Promise<Record<string, unknown>>,
) {
  const cancel = new AbortController()
  const run = async (): Promise<Record<string, unknown> | ApiFailure> => {
    try {
      if (!phone.online()) throw new Error('net::ERR_INTERNET_DISCONNECTED')
      return await work(cancel.signal)
    } catch (error) {
      if (cancel.signal.aborted) return new ApiFailure('abort')
      return new ApiFailure(error instanceof Error ? error.message : String(error))
    }
  }
  void run().then((outcome) => tell(api, options, outcome))
  return {
    abort: () => cancel.abort(),
    onProgressUpdate: () => undefined,
    offProgressUpdate: () => undefined,
    onHeadersReceived: () => undefined,
    offHeadersReceived: () => undefined,
  }
}

async function upload(
  options: ApiOptions,
  files: Map<string, { blob: Blob; picked: PickedFile }>,
  records: Records,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const file = files.get(String(options.filePath))
  if (!file) throw new Error('file not found')
  const form = new FormData()
  for (const [name, value] of Object.entries((options.formData ?? {}) as Record<string, unknown>)) {
    form.append(name, String(value))
  }
  form.append(String(options.name), file.blob, file.picked.name)
  const encoded = new Response(form)
  const headers = {
    ...lowerCase(options.header),
    'content-type': encoded.headers.get('content-type') ?? '',
  }
  const request = { method: 'POST', url: String(options.url), headers }
  const entry = { kind: 'request' as const, method: 'POST', url: request.url, status: 0 }
  records.network.push(entry)
  const response = await nativeRequest(request, await encoded.arrayBuffer(), signal)
  entry.status = response.status
  return { statusCode: response.status, data: new TextDecoder().decode(response.body) }
}

async function download(
  options: ApiOptions,
  records: Records,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const request = { method: 'GET', url: String(options.url), headers: lowerCase(options.header) }
  const entry = { kind: 'request' as const, method: 'GET', url: request.url, status: 0 }
  records.network.push(entry)
  const response = await nativeRequest(request, undefined, signal)
  entry.status = response.status
  const blob = new Blob([response.body], { type: response.headers['content-type'] ?? '' })
  return { statusCode: response.status, tempFilePath: URL.createObjectURL(blob) }
}

async function imageInfo(src: string): Promise<Record<string, unknown>> {
  const image = new Image()
  image.src = src
  await image.decode()
  return { width: image.naturalWidth, height: image.naturalHeight, path: src }
}

function lowerCase(header: unknown): Record<string, string> {
  const given = Object.entries((header ?? {}) as Record<string, unknown>)
  return Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), String(value)]))
}

function fromBase64(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer
}
