import { adminAccount, restClient, startTestServer, type Json, type TestServer } from './support'

let test: TestServer
beforeAll(async () => {
  test = await startTestServer()
})
afterAll(() => test.close())

const formType = 'application/x-www-form-urlencoded'

const post = async (
  path: string,
  body: string,
  { type = formType, as = test.anonymous } = {},
): Promise<{ status: number; body: Json }> => {
  const headers: Record<string, string> = { 'content-type': type }
  if (as.token !== '') Object.assign(headers, { 'x-auth-token': as.token, 'x-user-id': as.userId })
  const response = await fetch(`${test.server.url}/api/v1/${path}`, {
    method: 'POST',
    headers,
    body,
  })
  return { status: response.status, body: (await response.json()) as Json }
}

const login = `user=${adminAccount.username}&password=${adminAccount.password}`

describe('a form body', () => {
  it.each([formType, `${formType}; charset=UTF-8`, formType.toUpperCase()])(
    'signs in and sends as JSON does, with the type %s',
    async (type) => {
      const signedIn = await post('login', login, { type })
      expect(signedIn).toMatchObject({ status: 200, body: { status: 'success' } })
      const { userId, authToken } = signedIn.body.data as { userId: string; authToken: string }
      const as = restClient(test.server.url, userId, authToken)
      const text = `channel=${encodeURIComponent('#general')}&text=1+%2B+1+%3D+2+%E4%BD%A0%E5%A5%BD`
      const sent = await post('chat.postMessage', text, { type, as })
      expect(sent).toMatchObject({ status: 200, body: { message: { msg: '1 + 1 = 2 你好' } } })
    },
  )

  it('may be JSON whose type was not told, as curl sends it', async () => {
    const { username, password } = adminAccount
    const body = JSON.stringify({ user: username, password })
    expect((await post('login', body)).status).toBe(200)
  })

  it('is checked as JSON is', async () => {
    const { admin: as } = test
    expect(await post('chat.postMessage', 'channel=GENERAL&nothing=1', { as })).toMatchObject({
      status: 400,
      body: { errorType: 'invalid-params' },
    })
    expect((await post('login', `user=${adminAccount.username}&password=wrong`)).status).toBe(401)
    expect((await post('login', '')).status).not.toBe(200)
  })

  it.each([
    ['a repeated name', `${login}&user=other`],
    ['a list', `${login}&names[]=1`],
    ['an object', `${login}&name%5Bfirst%5D=1`],
    ['__proto__', `${login}&__proto__=1`],
    ['constructor', `${login}&constructor=1`],
    ['prototype', `${login}&prototype=1`],
    ['a member of __proto__', `${login}&__proto__[admin]=1`],
    ['more than a thousand fields', Array.from({ length: 1001 }, (_, i) => `f${i}=`).join('&')],
  ])('is refused with %s', async (_name, body) => {
    expect(await post('login', body)).toEqual({
      status: 400,
      body: { success: false, error: 'The form fields are not acceptable; send JSON' },
    })
  })

  it('is refused beyond the size that JSON may have', async () => {
    expect((await post('login', `${login}&x=${'x'.repeat(1024 * 1024)}`)).status).toBe(413)
  })

  it('is no form under another type', async () => {
    expect(await post('login', login, { type: 'text/plain' })).toMatchObject({
      status: 400,
      body: { error: 'The request body is not acceptable JSON' },
    })
  })
})
