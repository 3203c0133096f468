import { disconnectBrowser } from '../../browser/browser'
import { signIn } from '../../browser/operate'
import { describeRotation } from '../../browser/rotationFlow'
import { rest, type RestPerson } from '../../e2e/rest'
import { startServer, type TestServer } from '../../e2e/server'
import type { AppProgram } from '../host/handle'
import { launchClient } from './client'

jest.setTimeout(60_000)

let server: TestServer
let bob: RestPerson
let app: AppProgram

beforeAll(async () => {
  server = await startServer()
  bob = await rest(server.url).signIn('bob')
  app = await launchClient(server)
  await signIn(app, 'alice')
})

afterAll(async () => {
  await app.end()
  await server.stop()
  await disconnectBrowser()
})

describeRotation({
  program: () => app,
  bob: () => bob,
  // The element of uni's scroll-view that scrolls.
  list: () => app.id('messages').locator('.uni-scroll-view').last(),
  turn: (size) => app.resize(size),
})
