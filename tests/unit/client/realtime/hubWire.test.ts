import { readHubSubprotocols, toHubSubprotocols } from '../../../../src/realtime/hubWire'

/** Characters of a token in RFC 9110 (5.6.2): browsers refuse every other one in a subprotocol. */
const isSubprotocol = (name: string): boolean => /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/.test(name)

describe('the token as a subprotocol', () => {
  it.each(['eyJhbGciOi.eyJzdWI.c2ln-_', 'a/b+c=', 'with (parentheses)', 'a,b;"c"', '令牌', '%2F'])(
    'arrives as it was: %s',
    (token) => {
      const names = toHubSubprotocols(token)
      expect(names.filter((name) => !isSubprotocol(name))).toEqual([])
      expect(readHubSubprotocols(names.join(', '))).toEqual({ isHub: true, token })
    },
  )

  it('is left out when there is none', () => {
    expect(toHubSubprotocols('')).toEqual(['im.hub'])
    expect(readHubSubprotocols('im.hub')).toEqual({ isHub: true, token: undefined })
  })

  it.each([
    ['', { isHub: false, token: undefined }],
    ['mqtt', { isHub: false, token: undefined }],
    ['im.bearer.%E0%A4,im.hub', { isHub: true, token: undefined }],
    ['im.hub,im.bearer.a , im.bearer.b', { isHub: true, token: 'a' }],
  ])('is read from %j', (offered, expected) => {
    expect(readHubSubprotocols(offered)).toEqual(expected)
  })
})
