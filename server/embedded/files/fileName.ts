const maxLength = 200

/**
 * The name of a file as it is kept and shown: without folders, control characters and signs that turn the direction of
 * writing (they disguise extensions), and not too long. It is data; no path is ever made of it.
 */
export const cleanFileName = (given: string): string => {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const name = last.replace(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '').trim()
  if (name === '' || /^\.+$/.test(name)) return 'file'
  if (name.length <= maxLength) return name
  const extension = /\.[^.]{1,16}$/.exec(name)?.[0] ?? ''
  const start = Array.from(name.slice(0, maxLength - extension.length))
  // A character of two code units that was cut in half is no text.
  if (/[\ud800-\udbff]$/.test(start.at(-1) ?? '')) start.pop()
  return start.join('') + extension
}

/** Percent encoding of RFC 5987, which also knows the signs that `encodeURIComponent` leaves. */
const encodeExtended = (text: string): string =>
  encodeURIComponent(text).replace(
    /['()*!]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** A `Content-Disposition` header: a plain name for old clients and the real one by RFC 5987 and 6266. */
export const dispositionOf = (kind: 'inline' | 'attachment', name: string): string => {
  const plain = name.replace(/[^ -~]|["\\%]/g, '_')
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encodeExtended(name)}`
}

/** Where a file is downloaded (protocol reference 5.11). */
export const filePath = (id: string, name: string): string =>
  `/file-upload/${id}/${encodeURIComponent(name)}`
