import type { UploadDoc } from '../storage/uploads'
import { filePath } from './fileName'

type Part = Record<string, unknown>

/** A confirmed file with what was made of it. */
export type ShownFile = {
  upload: UploadDoc
  thumbnail: UploadDoc | undefined
  preview: string | undefined
  description: string | undefined
}

const media = (kind: 'audio' | 'video', upload: UploadDoc): Part => ({
  [`${kind}_url`]: filePath(upload._id, upload.name),
  [`${kind}_type`]: upload.type,
  [`${kind}_size`]: upload.size,
})

const picture = ({ upload, thumbnail, preview, description }: ShownFile): Part => {
  const shown = thumbnail ?? upload
  const part: Part = {
    image_url: filePath(shown._id, upload.name),
    image_type: shown.type,
    image_size: upload.size,
  }
  if (shown.identify !== undefined) part.image_dimensions = shown.identify.size
  if (preview !== undefined) part.image_preview = preview
  if (description !== undefined) part.image_alt = description
  return part
}

const kindOf = (file: ShownFile): Part => {
  const { type, identify, extension, size } = file.upload
  // Without dimensions it could not be decoded: then it is a file like any other.
  if (type.startsWith('image/') && identify !== undefined) return picture(file)
  if (type.startsWith('audio/')) return media('audio', file.upload)
  if (type.startsWith('video/')) return media('video', file.upload)
  return { format: extension.toUpperCase(), size }
}

/** The attachment that shows a file (protocol reference 4.1a). */
export const attachmentOf = (file: ShownFile): Part => {
  const { upload, description } = file
  const part: Part = {
    type: 'file',
    fileId: upload._id,
    title: upload.name,
    title_link: filePath(upload._id, upload.name),
    title_link_download: true,
    ...kindOf(file),
  }
  if (description !== undefined) part.description = description
  return part
}

const entryOf = ({ _id, name, type, size, extension }: UploadDoc): Part => ({
  _id,
  name,
  type,
  size,
  format: extension,
})

/** The `files` of a message: the file first, then its thumbnail. */
export const fileEntries = ({ upload, thumbnail }: ShownFile): Part[] => {
  const own = { ...entryOf(upload), typeGroup: upload.typeGroup }
  if (thumbnail === undefined) return [own]
  return [own, { ...entryOf(thumbnail), name: `thumb-${upload.name}`, typeGroup: 'thumb' }]
}

/** The deprecated `file` of a message. */
export const fileEntry = ({ upload }: ShownFile): Part => entryOf(upload)
