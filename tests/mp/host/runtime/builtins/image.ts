import { textOf } from '../text'
import type { BuiltIn } from './define'

const fits: Record<string, string> = {
  scaleToFill: 'fill',
  aspectFit: 'contain',
  aspectFill: 'cover',
  center: 'none',
}

/** Where the host's server has the files of the package. */
const packageFiles = '/package'

/** The address under which the browser finds an image that the program names. */
export function assetAddress(source: string): string {
  if (/^(https?:|data:|blob:)/.test(source)) return source
  return source.startsWith('/') ? packageFiles + source : `${packageFiles}/${source}`
}

/** `image` with modes; lazy loading is the browser's. */
export const image: BuiltIn = {
  name: 'image',
  slot: false,
  others: ['src', 'mode', 'lazyLoad', 'showMenuByLongpress', 'webp', 'fadeShow', 'forceHttps'],
  create({ element, fire }) {
    const picture = document.createElement('img')
    picture.alt = ''
    element.append(picture)
    picture.addEventListener('load', () =>
      fire('load', { width: picture.naturalWidth, height: picture.naturalHeight }),
    )
    picture.addEventListener('error', () => fire('error', { errMsg: 'image load fail' }))
    return {
      src: (value) => {
        if (typeof value === 'string' && value !== '') picture.src = assetAddress(value)
        else picture.removeAttribute('src')
      },
      lazyLoad: (value) => {
        picture.loading = value === true || value === '' ? 'lazy' : 'eager'
      },
      mode: (value) => {
        element.dataset.mode = String(value)
        picture.style.objectFit = fits[String(value)] ?? 'fill'
      },
      ariaLabel: (value) => {
        picture.alt = textOf(value)
      },
    }
  },
}
