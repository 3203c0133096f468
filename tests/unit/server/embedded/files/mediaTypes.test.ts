import { cleanFileName, dispositionOf } from '../../../../../server/embedded/files/fileName'
import {
  extensionOf,
  isAcceptedType,
  mediaTypeOf,
  typeGroupOf,
} from '../../../../../server/embedded/files/mediaTypes'

describe('media types', () => {
  it('are what the sender says, and the extension when the sender says nothing', () => {
    expect(mediaTypeOf('image/PNG; charset=x', 'a.txt')).toBe('image/png')
    expect(mediaTypeOf('application/octet-stream', 'a.PDF')).toBe('application/pdf')
    for (const declared of ['', 'nonsense', 'a/b/c', 'text/html\r\nx: y']) {
      expect(mediaTypeOf(declared, 'a')).toBe('application/octet-stream')
    }
    expect(mediaTypeOf('', 'a.constructor')).toBe('application/octet-stream')
    expect([extensionOf('a.tar.GZ'), extensionOf('a'), extensionOf('a.b c')]).toEqual([
      'gz',
      '',
      '',
    ])
    expect(['video/mp4', 'font/woff', '__proto__/x'].map(typeGroupOf)).toEqual([
      'video',
      'other',
      'other',
    ])
  })

  it('are accepted by lists with and without stars', () => {
    const cases: [string, string, string, boolean][] = [
      ['image/png', '', '', true],
      ['image/png', 'image/*', '', true],
      ['imagex/png', 'image/*', '', false],
      ['text/plain', 'image/*, TEXT/PLAIN', '', true],
      ['text/plain', '*', '', true],
      ['image/svg+xml', '', 'image/svg+xml', false],
      ['image/png', 'image/*', 'image/*', false],
      ['image/png', ' , ', '', false],
    ]
    for (const [type, white, black, accepted] of cases) {
      expect([type, white, isAcceptedType(type, white, black)]).toEqual([type, white, accepted])
    }
  })
})

describe('names of files', () => {
  it('lose folders, control characters and tricks, and keep the rest', () => {
    expect(cleanFileName('C:\\a\\王芳 1.txt')).toBe('王芳 1.txt')
    expect(cleanFileName('a\u0007b\u202egpj.exe')).toBe('abgpj.exe')
    for (const name of ['', '..', '/', ' \n ', '\ud800']) expect(cleanFileName(name)).toBe('file')
    const long = cleanFileName(`${'😀'.repeat(200)}.jpeg`)
    expect(long.length).toBeLessThanOrEqual(200)
    expect(long).toMatch(/^(😀)+\.jpeg$/u)
  })

  it('end no header', () => {
    const header = dispositionOf('inline', 'a"\\b\r\nSet-Cookie: x=1;é%.txt')
    expect(header).toMatch(/^inline; filename="[^"\\\r\n]*"; filename\*=UTF-8''[\w.%~-]+$/)
  })
})
