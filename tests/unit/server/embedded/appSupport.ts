import type { UserDoc } from '../../../../server/embedded/documents'
import { openTestApp, type TestApp } from './support'

/** A workspace without sockets for each test, with users of these names; it is closed after the test. */
export const useUsers = <Name extends string>(
  names: readonly Name[],
  opened: (workspace: { test: TestApp } & Record<Name, UserDoc>) => void,
): void => {
  let test: TestApp | undefined
  beforeEach(() => {
    const workspace = openTestApp()
    test = workspace
    const users = names.map((name): [Name, UserDoc] => [name, workspace.user(name)])
    opened({ test: workspace, ...(Object.fromEntries(users) as Record<Name, UserDoc>) })
  })
  afterEach(() => test?.close())
}
