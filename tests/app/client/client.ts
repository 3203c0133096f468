import type { TestServer } from '../../e2e/server'
import type { AppProgram } from '../host/handle'
import { launchApp, type AppLaunchOptions } from '../host/launch'

/** Starts the client's build as on a phone that finds the address of the build at `server`. */
export function launchClient(
  server: TestServer,
  options: AppLaunchOptions = {},
): Promise<AppProgram> {
  return launchApp('dist/build/app', {
    ...options,
    hosts: { '127.0.0.1:8080': new URL(server.url).host },
  })
}
