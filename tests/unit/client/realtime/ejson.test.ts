import { decodeEjson, encodeEjson } from '../../../../src/realtime/ejson'

describe('decoding', () => {
  it.each([
    [{ $date: 5 }, 5],
    [[{ a: { $date: 5 } }], [{ a: 5 }]],
    [{ $InfNaN: 1 }, Infinity],
    [{ $InfNaN: -1 }, -Infinity],
    [{ $InfNaN: 0 }, NaN],
    [{ $escape: { $date: 5 } }, { $date: 5 }],
    [{ $escape: { $date: { $date: 5 } } }, { $date: 5 }],
    [{ $binary: 'AAE=' }, { $binary: 'AAE=' }],
    [
      { $type: 'oid', $value: 'x' },
      { $type: 'oid', $value: 'x' },
    ],
    [
      { $date: 5, other: 1 },
      { $date: 5, other: 1 },
    ],
    [{ $date: '5' }, { $date: '5' }],
    [{ $escape: 5 }, { $escape: 5 }],
    [null, null],
    [undefined, undefined],
    ['text', 'text'],
  ])('makes %j into %j', (wire, value) => {
    expect(decodeEjson(wire)).toEqual(value)
  })

  it('keeps a member named __proto__ a member', () => {
    const decoded = decodeEjson(JSON.parse('{"__proto__":{"isAdmin":true}}'))
    expect((decoded as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    expect(Object.keys(decoded as object)).toEqual(['__proto__'])
  })
})

describe('encoding', () => {
  it.each([
    [new Date(5), { $date: 5 }],
    [[new Date(5)], [{ $date: 5 }]],
    [Infinity, { $InfNaN: 1 }],
    [-Infinity, { $InfNaN: -1 }],
    [NaN, { $InfNaN: 0 }],
    [{ $date: 5 }, { $escape: { $date: 5 } }],
    [{ $escape: 1 }, { $escape: { $escape: 1 } }],
    [{ a: { b: new Date(1) } }, { a: { b: { $date: 1 } } }],
    ['text', 'text'],
    [null, null],
  ])('makes %p into %j', (value, wire) => {
    expect(encodeEjson(value)).toEqual(wire)
  })

  it('is undone by decoding for everything but dates', () => {
    const value = {
      a: [1, { $date: 7 }, { $InfNaN: 1 }],
      b: { $escape: { c: null } },
      d: -Infinity,
    }
    expect(decodeEjson(JSON.parse(JSON.stringify(encodeEjson(value))))).toEqual(value)
  })
})
