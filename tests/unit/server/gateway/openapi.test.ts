import { referencePage } from '../../../../server/gateway/openapi/referencePage'
import { startHarness, type Harness } from './harness'

type Operation = { summary: string; security?: object[]; responses: Record<string, object> }
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> }

let harness: Harness
beforeAll(async () => {
  harness = await startHarness({
    identities: [{ type: 'demo' }, { type: 'wechat', appId: 'wx1', secret: 'k'.repeat(32) }],
  })
})
afterAll(() => harness.close())

const documentOf = async () => (await harness.send('/openapi.json')).body as unknown as Document

describe('/openapi.json', () => {
  it('describes every endpoint of the gateway’s own, and only those', async () => {
    const { openapi, paths } = await documentOf()
    expect(openapi).toBe('3.1.0')
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(operations.sort()).toEqual([
      'delete /api/services/app/Im/DeleteUser',
      'get /media/{*}',
      'head /media/{*}',
      'post /api/TokenAuth/Authenticate',
      'post /api/auth/wechat/',
      'post /api/auth/wechat/Bind',
      'post /api/auth/wechat/Refresh',
      'post /api/services/app/Im/Authenticate',
      'post /api/services/app/Im/CreateUser',
      'post /api/services/app/Im/Logout',
      'post /api/services/app/Im/Reconcile',
      'post /api/services/app/Im/SignMedia',
      'post /hooks/user',
      'put /api/services/app/Im/UpdateUser',
    ])
  })

  it('says what goes in, what comes out and who may call', async () => {
    const { paths } = await documentOf()
    const create = paths['/api/services/app/Im/CreateUser']!.post!
    expect(create.security).toEqual([{ service: [] }])
    expect(create).toMatchObject({
      requestBody: {
        content: { 'application/json': { schema: { required: ['userId', 'userName'] } } },
      },
    })
    expect(create.responses).toMatchObject({
      200: {
        content: {
          'application/json': {
            schema: { properties: { result: { properties: { chatUserId: { type: 'string' } } } } },
          },
        },
      },
    })
  })

  it('validates with the same schema that it shows', async () => {
    const { paths } = await documentOf()
    const signIn = paths['/api/TokenAuth/Authenticate']!.post
    expect(signIn).toMatchObject({
      requestBody: {
        content: {
          'application/json': { schema: { properties: { password: { maxLength: 256 } } } },
        },
      },
    })
    const body = { userNameOrEmailAddress: 'alice', password: 'x'.repeat(257) }
    expect((await harness.post('/api/TokenAuth/Authenticate', body)).status).toBe(400)
  })
})

describe('/docs', () => {
  it('is a page without scripts and without anything from elsewhere', async () => {
    const { status, headers, body } = await harness.send('/docs')
    const html = body as unknown as string
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('content-security-policy')).toContain("script-src 'self'")
    expect(html).not.toMatch(/<script|javascript:|\son\w+=|src=|https?:\/\//i)
    expect(html).toContain('<code>POST /api/services/app/Im/CreateUser</code>')
    expect(html).toContain('<code>userName</code></td><td>string</td><td>yes</td>')
  })

  it('shows text of the document as text', () => {
    const page = referencePage({ info: { title: '<img src=x>', description: '"&\'' } })
    expect(page).not.toContain('<img')
    expect(page).toContain('&#60;img src=x&#62;')
  })
})
