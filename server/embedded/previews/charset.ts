const sniffedBytes = 4096

const named = (text: string): string | undefined =>
  /charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(text)?.[1]

const decoderOf = (label: string | undefined): TextDecoder | undefined => {
  if (label === undefined) return undefined
  try {
    return new TextDecoder(label)
  } catch {
    // The page names a character set that nobody knows; the next guess is taken.
    return undefined
  }
}

/**
 * The text of a page, in the character set that its byte order mark, its `Content-Type` or its own head names; UTF-8
 * when none is named.
 */
export const decodePage = (body: Buffer, contentType: string): string => {
  if (body[0] === 0xff && body[1] === 0xfe) return new TextDecoder('utf-16le').decode(body)
  if (body[0] === 0xfe && body[1] === 0xff) return new TextDecoder('utf-16be').decode(body)
  const head = body.subarray(0, sniffedBytes).toString('latin1')
  const decoder = decoderOf(named(contentType)) ?? decoderOf(named(head)) ?? new TextDecoder()
  return decoder.decode(body)
}
