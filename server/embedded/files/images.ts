import { open } from 'node:fs/promises'
import sharp, { type OutputInfo, type Sharp } from 'sharp'

/** What is known of a picture. `animated` when it has more than one frame. */
export type ImageFacts = { format: string; width: number; height: number; animated: boolean }

export type Rendered = { format: string; width: number; height: number; size: number }

/**
 * Work on pictures, one at a time: decoding takes memory and a core. What is small already does not wait for uploads. Every answer is undefined for what cannot be decoded
 * (broken, too many pixels, another format): such a file is a file like any other.
 */
export type Images = {
  facts(source: string | Buffer): Promise<ImageFacts | undefined>
  /**
   * Writes the picture upright and without what its camera noted about it, when it has such notes. Undefined when the
   * file can stay as it is.
   */
  cleaned(source: string, target: string): Promise<Rendered | undefined>
  /** Writes a copy that fits into a box of pixels; pictures are not enlarged. */
  thumbnail(
    source: string,
    target: string,
    box: { width: number; height: number },
  ): Promise<Rendered | undefined>
  /** A blurred JPEG of at most 32 pixels, in base64. */
  preview(source: string): Promise<string | undefined>
  /** A square picture of at most 512 pixels, as PNG when it has transparent parts, else as JPEG. */
  avatar(source: Buffer): Promise<{ type: string; data: Buffer } | undefined>
  /** A square of `size` pixels, as `format`. */
  square(source: Buffer, size: number, format: 'png' | 'jpeg'): Promise<Buffer | undefined>
}

/** Enough for the photographs of a telephone; a picture that claims more is not decoded. */
const maxPixels = 52_000_000
const maxSeconds = 20
const avatarSide = 512
const previewSide = 32

/** The formats that are decoded, by their first bytes. SVG is not among them: it is a program, not pixels. */
const formatOf = (head: Buffer): string | undefined => {
  const text = head.toString('latin1')
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (/^GIF8[79]a/.test(text)) return 'gif'
  return text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP' ? 'webp' : undefined
}

const headOf = async (source: string | Buffer): Promise<Buffer> => {
  if (typeof source !== 'string') return source.subarray(0, 16)
  const file = await open(source)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const decoder = (source: string | Buffer): Sharp =>
  sharp(source, { limitInputPixels: maxPixels, sequentialRead: true, failOn: 'error' }).timeout({
    seconds: maxSeconds,
  })

const factsOf = async (source: string | Buffer): Promise<ImageFacts | undefined> => {
  if (formatOf(await headOf(source)) === undefined) return undefined
  const meta = await decoder(source).metadata()
  const { format } = meta
  const { width, height } = meta.autoOrient
  if (width * height > maxPixels) return undefined
  return { format, width, height, animated: (meta.pages ?? 1) > 1 }
}

const hasNotes = async (source: string): Promise<boolean> => {
  const { exif, xmp, iptc, orientation } = await decoder(source).metadata()
  return [exif, xmp, iptc].some((note) => note !== undefined) || (orientation ?? 1) !== 1
}

const rendered = (info: OutputInfo): Rendered => {
  const { format, width, height, size } = info
  return { format, width, height, size }
}

const createQueue = () => {
  let last: Promise<unknown> = Promise.resolve()
  /** Runs `work` after everything before it; a picture that cannot be decoded is undefined, not an error. */
  return <Result>(work: () => Promise<Result | undefined>): Promise<Result | undefined> => {
    const next = last.then(work).catch(() => undefined)
    last = next
    return next
  }
}

const cleaned = async (source: string, target: string): Promise<Rendered | undefined> => {
  const facts = await factsOf(source)
  if (facts === undefined || facts.animated || !(await hasNotes(source))) return undefined
  const upright = decoder(source).autoOrient().keepIccProfile()
  if (facts.format === 'jpeg') upright.jpeg({ quality: 92 })
  return rendered(await upright.toFile(target))
}

const avatar = async (source: Buffer): Promise<{ type: string; data: Buffer } | undefined> => {
  const facts = await factsOf(source)
  if (facts === undefined) return undefined
  const side = Math.min(avatarSide, facts.width, facts.height)
  const square = decoder(source).autoOrient().resize(side, side, { fit: 'cover' })
  const { hasAlpha } = await decoder(source).metadata()
  return hasAlpha
    ? { type: 'image/png', data: await square.png().toBuffer() }
    : { type: 'image/jpeg', data: await square.jpeg({ quality: 90 }).toBuffer() }
}

export const createImages = (): Images => {
  // A cache of decoded files would only grow: hardly any file is decoded twice.
  sharp.cache(false)
  sharp.concurrency(1)
  const queue = createQueue()
  const small = createQueue()
  return {
    facts: (source) => (typeof source === 'string' ? queue : small)(() => factsOf(source)),
    cleaned: (source, target) => queue(() => cleaned(source, target)),
    thumbnail: (source, target, box) =>
      queue(async () => {
        if ((await factsOf(source)) === undefined) return undefined
        const size = { ...box, fit: 'inside', withoutEnlargement: true } as const
        return rendered(await decoder(source).autoOrient().resize(size).toFile(target))
      }),
    preview: (source) =>
      queue(async () => {
        if ((await factsOf(source)) === undefined) return undefined
        const side = { width: previewSide, height: previewSide, fit: 'inside' } as const
        const tiny = decoder(source).autoOrient().resize(side).flatten({ background: '#fff' })
        return (await tiny.blur(1).jpeg({ quality: 50 }).toBuffer()).toString('base64')
      }),
    avatar: (source) => queue(() => avatar(source)),
    square: (source, size, format) =>
      small(() => decoder(source).resize(size, size, { fit: 'cover' }).toFormat(format).toBuffer()),
  }
}
