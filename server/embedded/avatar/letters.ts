import { glyphHeight, glyphPixel, glyphWidth } from './glyphs'
import { encodePng, type Rgb } from './png'

const palette: readonly Rgb[] = [
  [180, 67, 54],
  [191, 90, 24],
  [148, 112, 12],
  [86, 122, 34],
  [24, 128, 79],
  [14, 124, 134],
  [28, 107, 176],
  [72, 91, 189],
  [112, 78, 183],
  [152, 64, 158],
  [184, 54, 112],
  [98, 98, 110],
]

const colourOf = (name: string): Rgb => {
  let hash = 0
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return palette[hash % palette.length] ?? [98, 98, 110]
}

/** One or two letters for a name: of its first two words, or its first one. */
export const initialsOf = (name: string): string => {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== '')
  const initials = words.slice(0, 2).map((word) => Array.from(word)[0] ?? '')
  return (initials.length === 0 ? '?' : initials.join('')).toUpperCase()
}

const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** A letter avatar as SVG; it scales, so the size is only its natural one. */
export const letterSvg = (name: string, size: number): string => {
  const fontSize = initialsOf(name).length > 1 ? 80 : 100
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" width="${size}" height="${size}">`,
    `<rect width="200" height="200" fill="rgb(${colourOf(name).join(',')})"/>`,
    `<text x="50%" y="50%" dy="0.36em" text-anchor="middle" fill="#ffffff" font-size="${fontSize}"`,
    ` font-family="Helvetica, Arial, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans SC', sans-serif">`,
    `${escapeXml(initialsOf(name))}</text></svg>`,
  ].join('')
}

type Shape = (x: number, y: number) => boolean

/** Letters side by side in the middle of the picture, or undefined when one is not in the alphabet. */
const lettersShape = (initials: string, size: number): Shape | undefined => {
  const glyphs = Array.from(initials, glyphPixel)
  const columns = glyphs.length * (glyphWidth + 1) - 1
  const scale = Math.max(1, Math.floor(size / (glyphs.length === 1 ? 12 : 18)))
  const left = Math.floor((size - columns * scale) / 2)
  const top = Math.floor((size - glyphHeight * scale) / 2)
  if (glyphs.includes(undefined)) return undefined
  return (x, y) => {
    const column = Math.floor((x - left) / scale)
    const row = Math.floor((y - top) / scale)
    if (column < 0 || column >= columns || row < 0 || row >= glyphHeight) return false
    const glyph = glyphs[Math.floor(column / (glyphWidth + 1))]
    return (
      glyph?.(column % (glyphWidth + 1), row) === true && column % (glyphWidth + 1) < glyphWidth
    )
  }
}

/** Head and shoulders, for names whose letters the small alphabet does not have (Chinese for example). */
const personShape = (size: number): Shape => {
  const inside = (x: number, y: number, cx: number, cy: number, r: number): boolean =>
    (x / size - cx) ** 2 + (y / size - cy) ** 2 < r * r
  return (x, y) => inside(x, y, 0.5, 0.4, 0.16) || inside(x, y, 0.5, 0.93, 0.33)
}

/** A letter avatar as PNG, for clients that cannot show SVG. */
export const letterPng = (name: string, size: number): Buffer =>
  encodePng(
    size,
    colourOf(name),
    [255, 255, 255],
    lettersShape(initialsOf(name), size) ?? personShape(size),
  )
