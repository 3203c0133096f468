import sharp from 'sharp'
import type { App } from '../app'
import type { Picture } from '../storage/pictures'
import { letterPng, letterSvg } from './letters'

export type AvatarFormat = 'png' | 'jpeg'
export type Drawn = { type: string; data: Buffer }

const maxKept = 200
const maxKeptBytes = 64 * 1024

/** Draws avatars, and keeps the last ones drawn: a list of people asks for the same size of each again and again. */
export const createAvatarRenderer = (app: App) => {
  const kept = new Map<string, Buffer>()
  const keep = (key: string, data: Buffer): void => {
    if (data.length > maxKeptBytes) return
    kept.set(key, data)
    const [oldest] = kept.keys()
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest)
  }
  return {
    /** Letters for a name; SVG unless a format is asked for. */
    letters: async (
      name: string,
      size: number,
      format: AvatarFormat | undefined,
    ): Promise<Drawn> => {
      if (format === undefined) {
        return { type: 'image/svg+xml', data: Buffer.from(letterSvg(name, size)) }
      }
      const type = `image/${format}`
      const key = `letters ${size} ${format} ${name}`
      const known = kept.get(key)
      if (known !== undefined) return { type, data: known }
      const png = letterPng(name, size)
      const data = format === 'png' ? png : await sharp(png).jpeg({ quality: 90 }).toBuffer()
      keep(key, data)
      return { type, data }
    },
    /** An uploaded picture, in its own size and format unless others are asked for. */
    picture: async (
      picture: Picture,
      size: number | undefined,
      format: AvatarFormat | undefined,
    ): Promise<Drawn> => {
      const own = { type: picture.type, data: picture.data }
      if (size === undefined && format === undefined) return own
      const { width } = (await app.images.facts(picture.data)) ?? { width: 0 }
      const wanted = format ?? (picture.type === 'image/png' ? 'png' : 'jpeg')
      const key = `${picture.etag} ${size ?? width} ${wanted}`
      const known = kept.get(key)
      const data = known ?? (await app.images.square(picture.data, size ?? width, wanted))
      if (data === undefined) return own
      if (known === undefined) keep(key, data)
      return { type: `image/${wanted}`, data }
    },
  }
}

export type AvatarRenderer = ReturnType<typeof createAvatarRenderer>
