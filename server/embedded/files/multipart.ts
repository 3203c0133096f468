import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import { MeteorError, TextError } from '../errors'
import { allowSlowBody, endSlowBody } from '../limits/httpLimits'

/** A file as it arrives. Name and media type are what the client says. */
export type ArrivingFile = { name: string; type: string; stream: Readable }

export type Form<Result> = { file: Result | undefined; fields: ReadonlyMap<string, string> }

export type FormOptions<Result> = {
  /** The only name that the part of the file may have. */
  fieldName: string
  /** Takes the file to its end; whatever it has made when it throws it removes itself. */
  take(file: ArrivingFile): Promise<Result>
  /** Removes what `take` has made, when the rest of the form is refused. */
  discard(result: Result): Promise<void>
}

/** The sender went away in the middle; nobody reads the answer. */
export class UploadAborted extends TextError {
  constructor() {
    super('The upload was interrupted')
  }
}

const limits = { fields: 20, fieldNameSize: 100, fieldSize: 256 * 1024, files: 2, headerPairs: 50 }

const parserOf = (request: IncomingMessage): BusboyInstance => {
  const type = request.headers['content-type']
  if (type === undefined) throw new TextError('Missing Content-Type')
  if (!/^multipart\/form-data\b/i.test(type)) throw new TextError('Unsupported Content-Type')
  try {
    return new Busboy({ headers: request.headers as BusboyHeaders, limits })
  } catch {
    throw new TextError('Malformed Content-Type')
  }
}

const justOne = (): TextError => new TextError('Just 1 file is allowed')

type Reading<Result> = {
  fields: Map<string, string>
  arriving: Readable | undefined
  taken: Promise<Result> | undefined
  failed: boolean
}

type Fail = (cause: unknown) => void

/** Ends the reading with an error, after what was made of the file is gone again. */
const createFail =
  <Result>(
    request: IncomingMessage,
    parser: BusboyInstance,
    reading: Reading<Result>,
    discard: FormOptions<Result>['discard'],
    reject: (error: Error) => void,
  ): Fail =>
  (cause) => {
    if (reading.failed) return
    reading.failed = true
    const error = cause instanceof Error ? cause : new Error('a form failed', { cause })
    request.unpipe(parser)
    // The rest is read and thrown away: a client that is still sending would not see the answer otherwise.
    request.resume()
    endSlowBody(request)
    reading.arriving?.destroy(error)
    const cleared = reading.taken?.then(discard, () => undefined)
    void Promise.resolve(cleared).then(
      () => reject(error),
      () => reject(error),
    )
  }

const listenToParts = <Result>(
  parser: BusboyInstance,
  reading: Reading<Result>,
  options: FormOptions<Result>,
  fail: Fail,
): void => {
  parser.on('file', (field, stream, name: string | undefined, _encoding, type) => {
    // What goes wrong with it is seen by who takes it.
    stream.on('error', () => undefined)
    const second = reading.taken !== undefined
    // The parser still goes through what it had when the form was refused.
    if (reading.failed || second || field !== options.fieldName) {
      stream.resume()
      fail(second ? justOne() : new MeteorError('invalid-field'))
      return
    }
    reading.arriving = stream
    // Browsers write a quotation mark in a name as %22 (WHATWG HTML, multipart/form-data).
    reading.taken = options.take({ name: (name ?? '').replaceAll('%22', '"'), type, stream })
    reading.taken.catch(fail)
  })
  parser.on('field', (name, value, nameCut, valueCut) => {
    if (nameCut || valueCut) fail(new TextError('A field is too long'))
    else reading.fields.set(name, value)
  })
  for (const event of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
    parser.on(event, () => fail(new TextError('Too many fields')))
  }
  parser.on('error', () => fail(new TextError('Malformed form')))
}

/**
 * Reads a form with at most one file, which goes to `take` while it arrives; nothing of it is collected here.
 * @throws TextError or MeteorError `invalid-field` for a form that is not as it should be, UploadAborted, and what `take`
 * throws. In each case nothing is left of the file.
 */
export const receiveForm = <Result>(
  request: IncomingMessage,
  options: FormOptions<Result>,
): Promise<Form<Result>> => {
  const parser = parserOf(request)
  allowSlowBody(request)
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>()
    const reading: Reading<Result> = {
      fields,
      arriving: undefined,
      taken: undefined,
      failed: false,
    }
    const fail = createFail(request, parser, reading, options.discard, reject)
    listenToParts(parser, reading, options, fail)
    parser.on('finish', () => {
      Promise.resolve(reading.taken).then((file) => {
        if (!reading.failed) resolve({ file, fields })
      }, fail)
    })
    request.on('close', () => {
      if (!request.complete) fail(new UploadAborted())
    })
    request.on('error', () => fail(new UploadAborted()))
    request.pipe(parser)
  })
}

/**
 * Takes a small file into memory.
 * @throws MeteorError `error-file-too-large` beyond `maxBytes`.
 */
export const takeSmall =
  (maxBytes: number) =>
  async ({
    stream,
    name,
    type,
  }: ArrivingFile): Promise<{ name: string; type: string; data: Buffer }> => {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw new MeteorError('error-file-too-large', 'File is too large')
      chunks.push(chunk)
    }
    return { name, type, data: Buffer.concat(chunks) }
  }
