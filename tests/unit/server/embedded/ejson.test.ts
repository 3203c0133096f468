import { BadJson, parseEjson, parseJson, stringifyEjson } from '../../../../server/embedded/ejson'

describe('EJSON', () => {
  it('carries dates, bytes and numbers beyond JSON both ways', () => {
    const value = {
      at: new Date(1716030000123),
      bytes: Buffer.from('hi'),
      far: Infinity,
      near: -Infinity,
    }
    const text = stringifyEjson(value)
    expect(JSON.parse(text)).toEqual({
      at: { $date: 1716030000123 },
      bytes: { $binary: 'aGk=' },
      far: { $InfNaN: 1 },
      near: { $InfNaN: -1 },
    })
    expect(parseEjson(text)).toEqual(value)
    expect(parseEjson('{"$InfNaN":0}')).toBeNaN()
  })

  it('drops undefined members and writes undefined items as null', () => {
    expect(stringifyEjson({ a: undefined, b: [undefined, 1] })).toBe('{"b":[null,1]}')
  })

  it('escapes plain objects that look like tagged values', () => {
    const value = { custom: { $date: 'not a time' } }
    expect(stringifyEjson(value)).toBe('{"custom":{"$escape":{"$date":"not a time"}}}')
    expect(parseEjson(stringifyEjson(value))).toEqual(value)
  })

  it('reads an object id as a text', () => {
    expect(parseEjson('{"$type":"oid","$value":"abc"}')).toBe('abc')
  })

  const hostile = [
    ['broken text', '{"a":'],
    ['a poisoned prototype', '{"__proto__":{"admin":true}}'],
    ['a poisoned prototype inside', '{"a":[{"b":{"__proto__":1}}]}'],
    ['deep nesting', '['.repeat(200) + ']'.repeat(200)],
    ['very deep nesting', '['.repeat(200_000) + ']'.repeat(200_000)],
  ] as const
  it.each(hostile)('refuses %s', (_name, text) => {
    expect(() => parseEjson(text)).toThrow(BadJson)
    expect(() => parseJson(text)).toThrow(BadJson)
  })

  it('leaves tagged values of plain JSON alone', () => {
    expect(parseJson('{"a":{"$date":1}}')).toEqual({ a: { $date: 1 } })
  })
})
