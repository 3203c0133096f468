import type { TypeGroup } from '../storage/uploads'

/** Media types by extension, for files whose sender names none. */
const byExtension: Readonly<Record<string, string>> = {
  '7z': 'application/x-7z-compressed',
  aac: 'audio/aac',
  amr: 'audio/amr',
  avif: 'image/avif',
  bmp: 'image/bmp',
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  flac: 'audio/flac',
  gif: 'image/gif',
  gz: 'application/gzip',
  heic: 'image/heic',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  m4a: 'audio/mp4',
  md: 'text/markdown',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  oga: 'audio/ogg',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  rar: 'application/vnd.rar',
  svg: 'image/svg+xml',
  svgz: 'image/svg+xml',
  txt: 'text/plain',
  wav: 'audio/wav',
  webm: 'video/webm',
  webp: 'image/webp',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  xml: 'application/xml',
  zip: 'application/zip',
}

const typeForm = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/
const unnamed = 'application/octet-stream'

/** The extension of a name in lower case and without its dot; '' for none. */
export const extensionOf = (name: string): string =>
  /\.([0-9A-Za-z]{1,16})$/.exec(name)?.[1]?.toLowerCase() ?? ''

/** The media type of a file: what the sender says, or what the extension says when the sender says nothing. */
export const mediaTypeOf = (declared: string, name: string): string => {
  const type = (declared.split(';')[0] ?? '').trim().toLowerCase()
  if (typeForm.test(type) && type !== unnamed) return type
  const extension = extensionOf(name)
  return (Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined) ?? unnamed
}

const groups: ReadonlySet<string> = new Set(['image', 'audio', 'video', 'text', 'application'])

export const typeGroupOf = (type: string): TypeGroup => {
  const group = type.split('/')[0] ?? ''
  return groups.has(group) ? (group as TypeGroup) : 'other'
}

/** Whether a list such as `image/*, application/pdf` has a type. */
const listed = (list: string, type: string): boolean =>
  list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) =>
      entry.endsWith('/*') ? type.startsWith(entry.slice(0, -1)) : entry === '*' || entry === type,
    )

/** Whether a type may be uploaded: in the white list if there is one, and not in the black list. */
export const isAcceptedType = (type: string, whiteList: string, blackList: string): boolean =>
  (whiteList.trim() === '' || listed(whiteList, type)) && !listed(blackList, type)
